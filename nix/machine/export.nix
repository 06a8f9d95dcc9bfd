# A machine's image in every format that `scratchmachine export` can make of it alone, by name: each is $out/NAME.EXTENSION.
{
  runCommand,
  scratchmachine,
  systemd,
}:
iso:
let
  machine = builtins.replaceStrings [ ".iso" ] [ "" ] iso.file;
  export =
    environment: format:
    runCommand "${machine}-${format}" environment ''
      mkdir $out
      cd $out
      ${scratchmachine}/bin/scratchmachine export ${iso}/${iso.file} --format ${format}
    '';
in
builtins.listToAttrs (
  map
    (name: {
      inherit name;
      value = export { } name;
    })
    [
      "gce"
      "netboot"
      "oci-disk"
      "ova"
      "qcow2"
      "raw"
      "vhd"
      "vhdx"
      "vmdk"
    ]
)
// {
  uki = export {
    SCRATCHMACHINE_STUB = "${systemd}/lib/systemd/boot/efi/linuxx64.efi.stub";
  } "uki";
}
