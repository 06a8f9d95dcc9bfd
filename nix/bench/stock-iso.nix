# An ISO as others make it: a distribution's own kernel, isolinux, packed with xorriso's defaults.
{
  linux_6_12,
  makeInitrd,
  runCommand,
  syslinux,
  xorriso,
}:
{
  name,
  # a list of { object; suffix; symlink; }, as makeInitrd takes it
  contents,
  # what of it is no kernel: files
  userSpace,
}:
let
  initrd = makeInitrd {
    inherit contents;
    compressor = "gzip";
    compressorArgs = [ "-9n" ];
  };
  file = "${name}.iso";
in
runCommand "${name}-iso"
  {
    nativeBuildInputs = [ xorriso ];
    # The console is on the serial line, as ours is: it tells where the time goes.
    isolinuxConfiguration = ''
      SERIAL 0 115200
      DEFAULT machine
      PROMPT 0
      TIMEOUT 0
      LABEL machine
        KERNEL /bzImage
        INITRD /initrd
        APPEND console=tty0 console=ttyS0,115200
    '';
    passAsFile = [ "isolinuxConfiguration" ];
    passthru = {
      inherit file userSpace;
      kernel = "${linux_6_12}/bzImage";
    };
  }
  ''
    mkdir -p tree/isolinux $out
    cp ${linux_6_12}/bzImage tree/bzImage
    cp ${initrd}/initrd tree/initrd
    cp ${syslinux}/share/syslinux/{isolinux.bin,ldlinux.c32} tree/isolinux/
    cp $isolinuxConfigurationPath tree/isolinux/isolinux.cfg
    chmod -R u=rwX,go=rX tree
    xorriso -as mkisofs -quiet -o $out/${file} \
      -b isolinux/isolinux.bin -c isolinux/boot.cat \
      -no-emul-boot -boot-load-size 4 -boot-info-table \
      tree
  ''
