# The image: an ISO with isolinux, the kernel, the initramfs, and room for settings that are put over them; which is a disk
# as well, and starts under a BIOS and UEFI (docs/reference/image-layout.md).
{
  callPackage,
  crates,
  runCommand,
  syslinux,
  xorriso,
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
    nativeBuildInputs = [ xorriso ];
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
    mkdir -p tree/isolinux $out
    cp ${kernel}/bzImage tree/bzImage
    cp ${initrd}/initrd tree/initrd
    cp ${syslinux}/share/syslinux/{isolinux.bin,ldlinux.c32} tree/isolinux/
    # Loaded behind the initramfs, where the kernel passes over zeros: `configure` may put an archive there.
    truncate --size=4096 tree/settings
    cp $isolinuxConfigurationPath tree/isolinux/isolinux.cfg
    # The FAT has two bytes for each sector, four if there are more than 65,000, and the system area of an ISO has room for
    # 11,000 sectors' worth.
    sectors=$((($(stat -c %s tree/bzImage) + $(stat -c %s tree/initrd)) / 2048))
    room=()
    if ((sectors > 10000)); then
      truncate --size=$(((sectors + 2048) * (sectors > 62000 ? 4 : 2) / 2048 * 2048 + 8 * 2048)) tree/efi
      room=(--sort-weight 1000 /efi)
    fi
    chmod -R u=rwX,go=rX tree
    find tree -exec touch -h -d @$SOURCE_DATE_EPOCH {} +

    # xorriso takes every date from SOURCE_DATE_EPOCH. isolinux.bin is patched with its own place in the
    # image (-boot-info-table), so the image gets a copy. The application's name is where an image that does not
    # run tells its identity: `xorriso -indev FILE -pvd_info`.
    xorriso -as mkisofs -quiet -o $out/${name}.iso \
      -volid SCRATCHMACHINE -appid 'scratchmachine ${identity}' -preparer "" -publisher "" \
      -r -no-pad \
      -b isolinux/isolinux.bin -c isolinux/boot.cat \
      -no-emul-boot -boot-load-size 4 -boot-info-table "''${room[@]}" \
      tree
    ${crates.image.package}/bin/hybrid $out/${name}.iso \
      ${syslinux}/share/syslinux/isohdpfx.bin ${efi}/bootx64.efi
  ''
