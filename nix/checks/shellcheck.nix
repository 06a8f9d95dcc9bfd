# Every shell script, in the repo and in what is built from it.
{
  pkgs,
  machine,
  reproduce,
  kernelCost,
}:
let
  inherit (pkgs) lib;
in
pkgs.runCommand "shellcheck"
  {
    nativeBuildInputs = [ pkgs.shellcheck ];
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
    shellcheck debian-nix nix/debian/update-pins nix/debian/unpack-busybox nix/debian/nixfmt/rustc.sh nix/debian/cc-wrapper ${machine.vm}/bin/* ${reproduce [ ]}/bin/* ${kernelCost}/bin/*
    # vm.sh, reproduce.sh and kernel-cost.sh are checked as parts of these
    shellcheck --shell=bash nix/is-static-executable.sh nix/kernel-config-survives.sh nix/hardening/*.sh nix/budget/*.sh nix/is-hardened-executable.sh nix/without-unwinding.sh
    # busybox's shell runs these
    shellcheck --shell=dash nix/bench/conventional/{rcS,udhcpc,meminfo}
    # builders get their variables from the derivation
    shellcheck --shell=sh --exclude=SC2154,SC2016 nix/debian/*.sh
    touch $out
  ''
