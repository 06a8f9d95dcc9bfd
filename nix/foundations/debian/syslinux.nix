# nixpkgs' syslinux, as far as it is used: the BIOS boot loader for ISO images.
{
  pins,
  build,
  base,
  image,
}:
build {
  name = "syslinux";
  root = base;
  passthru = {
    version = pins.versions.isolinux;
    srcs = [
      pins.debs.isolinux
      pins.debs.syslinux-common
    ];
  };
  script = ''
    mkdir -p $out/share/syslinux
    cp ${image}/usr/lib/ISOLINUX/{isolinux,isohdpfx}.bin \
      ${image}/usr/lib/syslinux/modules/bios/ldlinux.c32 $out/share/syslinux/
  '';
}
