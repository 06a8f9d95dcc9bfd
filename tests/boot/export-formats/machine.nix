{
  OVMF,
  exports,
  machine,
  runCommand,
}:
let
  disk = format: "${exports.${format}}/scratchmachine.${format}";
in
{
  qcow2 = disk "qcow2";
  vhd = disk "vhd";
  vhdx = disk "vhdx";
  vmdk = disk "vmdk";
  netboot = disk "netboot";
  # as on a disk for UEFI
  uki = runCommand "uki-directory" { } ''
    mkdir -p $out/EFI/BOOT
    cp ${exports.uki}/scratchmachine.efi $out/EFI/BOOT/BOOTX64.EFI
  '';
  inherit (machine.iso) identity;
  code = OVMF.firmware;
  inherit (OVMF) variables;
}
