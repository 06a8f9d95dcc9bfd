# A machine without any program: what is weighed as the init alone.
{ pkgs, machine }:
let
  inherit (machine) kernel init modules;
  inherit (machine.iso) commandLine settings;
  # made by hand, so it is none that could be found again
  identity = "";
in
rec {
  inherit kernel init modules;
  programs = pkgs.runCommand "no-programs" { } "mkdir $out";
  initrd = import ./initrd.nix { inherit pkgs; } {
    inherit
      init
      programs
      modules
      settings
      identity
      ;
  };
  iso = import ./iso.nix { inherit pkgs; } {
    name = "without-program";
    inherit
      kernel
      initrd
      commandLine
      settings
      identity
      ;
  };
}
