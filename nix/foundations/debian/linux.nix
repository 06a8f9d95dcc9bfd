# nixpkgs' linux_6_12, as far as it is used: the source of the kernel, and its version; and Debian's own build of it,
# with the modules. Debian packs the source as a tarball of its own, with Debian's patches applied.
{
  pins,
  build,
  base,
}:
let
  # as `make kernelrelease` says it: Debian's revision is no part of it
  version = builtins.head (builtins.match "([0-9.]+)-.*" pins.versions."linux-source-6.12");
  tarball = "linux-source-6.12.tar.xz";

  # the package's name has the kernel's release in it
  image = builtins.head (
    builtins.filter (name: builtins.match "linux-image-[0-9].*" name != null) pins.roots.stock-kernel
  );
  built = build {
    name = image;
    root = base;
    deb = pins.debs.${image};
    nativeBuildInputs = [ pins.busybox ];
    script = ''
      busybox dpkg-deb -x $deb package
      mkdir -p $out/lib
      cp package/boot/vmlinuz-* $out/bzImage
      cp -r package/usr/lib/modules $out/lib/
    '';
  };
in
built
// {
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
