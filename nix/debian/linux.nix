# nixpkgs' linux_6_12, as far as it is used: the source of the kernel, and its version.
# Debian packs the source as a tarball of its own, with Debian's patches applied.
{
  pins,
  build,
  base,
}:
let
  # as `make kernelrelease` says it: Debian's revision is no part of it
  version = builtins.head (builtins.match "([0-9.]+)-.*" pins.versions."linux-source-6.12");
  tarball = "linux-source-6.12.tar.xz";
in
{
  inherit version;
  modDirVersion = version;
  commonMakeFlags = [ "ARCH=x86_64" ];
  src = build {
    name = tarball;
    root = base;
    deb = pins.debs."linux-source-6.12";
    nativeBuildInputs = [ pins.busybox ];
    passthru.src = pins.debs."linux-source-6.12";
    script = ''
      busybox dpkg-deb -x $deb package
      cp package/usr/src/${tarball} $out
    '';
  };
}
