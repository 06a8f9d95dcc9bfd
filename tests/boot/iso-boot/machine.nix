{ isoOf, machine }:
{
  iso = isoOf machine;
  inherit (machine.iso) identity;
}
