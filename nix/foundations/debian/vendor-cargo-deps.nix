# vendorCargoDeps LOCK: the crates that a Cargo.lock names, unpacked the way `cargo vendor` leaves them.
{
  pins,
  build,
  base,
}:
lock:
let
  packages = pins.crates lock;
in
build {
  name = "vendor-cargo-deps";
  root = base;
  crates = map (package: package.file) packages;
  checksums = map (package: package.checksum) packages;
  script = ''
    mkdir $out
    checksums=($checksums)
    for crate in $crates; do
      name=''${crate##*/} name=''${name:33} name=''${name%.crate}
      tar -xzf $crate --no-same-owner -C $out
      printf '{"files":{},"package":"%s"}' "$checksums" >$out/$name/.cargo-checksum.json
      checksums=("''${checksums[@]:1}")
    done
  '';
}
