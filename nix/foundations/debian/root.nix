# root NAME: the Debian packages of one line of `roots`, unpacked into one file system.
{ pins }:
name:
let
  packages = pins.roots.${name};
  first = builtins.filter (package: package == "base-files") packages;
  rest = builtins.filter (package: package != "base-files") packages;
in
derivation {
  name = "debian-${name}";
  system = "x86_64-linux";
  builder = "${pins.busybox}/bin/busybox";
  args = [
    "sh"
    ./root.sh
  ];
  inherit (pins) busybox;
  debs = map (package: pins.debs.${package}) (first ++ rest);
}
