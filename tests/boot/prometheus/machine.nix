{
  directBoot,
  machine,
  prometheus,
}:
directBoot machine
// {
  inherit (machine.iso) identity;
  prometheus = "${prometheus}/bin/prometheus";
}
