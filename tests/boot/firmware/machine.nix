{
  OVMF,
  demo,
  isoOf,
  machine,
  mkMachine,
  runCommand,
  scratchmachine,
}:
{
  iso = isoOf machine;
  # too large for a FAT in the system area: with what compression finds nothing in, and nobody reads
  large = isoOf (mkMachine {
    programs.hello = runCommand "large" { } ''
      cat ${demo} >$out
      for _ in {1..13}; do
        cat ${machine.kernel}/bzImage >>$out
      done
      chmod 555 $out
    '';
  });
  # the partition table that some firmwares insist on
  gpt = runCommand "with-gpt" { } ''
    ${scratchmachine}/bin/scratchmachine export ${isoOf machine} --format raw --gpt -o $out
  '';
  code = OVMF.firmware;
  inherit (OVMF) variables;
}
