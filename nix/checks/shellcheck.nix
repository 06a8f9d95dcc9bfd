# Every shell script, in the repo and in what is built from it.
{
  lib,
  runCommand,
  shellcheck,
  machine,
  reproduce,
  kernelCost,
}:
runCommand "shellcheck"
  {
    nativeBuildInputs = [ shellcheck ];
    source = lib.fileset.toSource {
      root = ../..;
      fileset = lib.fileset.unions [
        ../../debian-nix
        ../../nix
      ];
    };
  }
  ''
    cd $source
    debian=nix/foundations/debian
    shellcheck debian-nix $debian/{update-pins,unpack-busybox,nixfmt/rustc.sh,cc-wrapper} \
      ${machine.vm}/bin/* ${machine.audit}/bin/* ${reproduce [ ]}/bin/* ${kernelCost}/bin/*
    # reproduce.sh and cost.sh are checked as parts of these
    shellcheck --shell=bash nix/machine/*.sh nix/kernel/config-survives.sh nix/kernel/hardening/*.sh nix/bench/limits.sh
    # busybox's shell runs these
    shellcheck --shell=dash nix/bench/conventional/{rcS,udhcpc,meminfo}
    # builders get their variables from the derivation
    shellcheck --shell=sh --exclude=SC2154,SC2016 $debian/*.sh
    touch $out
  ''
