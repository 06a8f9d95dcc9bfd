# The stock kernel's driver for the network card, as a file that finit_module takes as it is.
{ pkgs }:
pkgs.runCommand "e1000" { } ''
  mkdir $out
  xz --decompress --stdout ${pkgs.lib.getOutput "modules" pkgs.linux_6_12}/lib/modules/*/kernel/drivers/net/ethernet/intel/e1000/e1000.ko.xz \
    >$out/e1000.ko
''
