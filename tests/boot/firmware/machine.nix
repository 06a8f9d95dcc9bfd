{
  OVMF,
  isoOf,
  machine,
}:
{
  iso = isoOf machine;
  code = OVMF.firmware;
  inherit (OVMF) variables;
}
