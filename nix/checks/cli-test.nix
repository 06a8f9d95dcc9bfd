# The command line, on images: every byte of the demo machine's image is accounted for, and differences that were planted are found.
{
  runCommand,
  syslinux,
  xorriso,
  mkMachine,
  machine,
  demo,
  crates,
}:
let
  other = mkMachine {
    program = demo;
    args = [ "8080" ];
    modules = [ "virtio_net" ];
    kernelParams = [ "quiet" ];
  };
  # what a test can go through byte by byte
  small = runCommand "small.iso" { nativeBuildInputs = [ xorriso ]; } ''
    mkdir -p tree/sub
    head -c 4096 ${syslinux}/share/syslinux/isolinux.bin >tree/sub/boot.bin
    echo 'a text' >tree/txt
    find tree -exec touch -h -d @$SOURCE_DATE_EPOCH {} +
    xorriso -as mkisofs -quiet -o $out -volid SMALL -r -no-pad \
      -b sub/boot.bin -c sub/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table tree
  '';
in
crates.cli.testWith {
  env = {
    MACHINE_ISO = "${machine.iso}/${machine.iso.file}";
    AUDIT_DEMO = "${machine.iso}/${machine.iso.file}";
    AUDIT_OTHER = "${other.iso}/${other.iso.file}";
    AUDIT_SMALL = "${small}";
    AUDIT_PROVENANCE = "${machine.provenance}";
    AUDIT_CLOSURE = "${machine.closure}";
  };
}
