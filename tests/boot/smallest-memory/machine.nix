{
  isoOf,
  limits,
  machine,
  tiny,
}:
{
  inherit limits;
  demo = isoOf machine;
  tiny = isoOf tiny;
}
