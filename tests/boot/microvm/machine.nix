{ machine }:
{
  image = machine.microvmImage;
  inherit (machine.microvmImage) identity;
}
