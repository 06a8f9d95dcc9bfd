{
  isoOf,
  machine,
  tiny,
}:
{
  demo = isoOf machine;
  tiny = isoOf tiny;
}
