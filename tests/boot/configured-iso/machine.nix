{
  OVMF,
  scratchmachine,
  isoOf,
  machine,
  runCommand,
}:
{
  inherit (machine.iso) identity;
  code = OVMF.firmware;
  inherit (OVMF) variables;
  iso = runCommand "configured.iso" { } ''
    ${scratchmachine}/bin/scratchmachine configure ${isoOf machine} ip=10.0.2.15:::255.255.0.0 scratchmachine.status=81 -o $out
  '';
}
