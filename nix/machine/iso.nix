# The image: an ISO with isolinux, the kernel, the initramfs, and room for settings that are put over them; which is a disk
# as well, and starts under a BIOS and UEFI (docs/reference/image-layout.md).
{
  callPackage,
  crates,
  runCommand,
  syslinux,
}:
let
  efi = callPackage ./efi { };
in
{
  name,
  # nix/machine/default.nix says what it is
  identity,
  kernel,
  initrd,
  commandLine,
  settings,
}:
runCommand "${name}-iso"
  {
    # What SAY says goes to the screen alone: isolinux opens the serial console after it has read this. DEFAULT would ask
    # what to boot while Shift is held or Caps Lock is on, and wait forever; UI does not ask. Where the kernel could not
    # be loaded it is asked all the same: it tries again after 10 s in which no key was pressed, after 5 minutes whatever
    # comes from keyboard and serial line.
    isolinuxConfiguration = ''
      SERIAL 0 115200
      SAY Now booting the kernel from ISOLINUX...
      UI machine
      TIMEOUT 100
      TOTALTIMEOUT 3000
      LABEL machine
        KERNEL /bzImage
        INITRD /initrd,/settings
        APPEND ${commandLine}
    '';
    passAsFile = [ "isolinuxConfiguration" ];
    passthru = {
      inherit
        commandLine
        efi
        identity
        settings
        ;
      file = "${name}.iso";
    };
  }
  ''
    mkdir $out
    ${crates.image.package}/bin/image "${identity}" $out/${name}.iso \
      kernel=${kernel}/bzImage initrd=${initrd}/initrd \
      configuration=$isolinuxConfigurationPath program=${efi}/bootx64.efi \
      loader=${syslinux}/share/syslinux/isolinux.bin library=${syslinux}/share/syslinux/ldlinux.c32 \
      boot-code=${syslinux}/share/syslinux/isohdpfx.bin
  ''
