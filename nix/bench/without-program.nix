# A machine without any program: what is weighed as the init alone.
{
  runCommand,
  machine,
  mkInitrd,
  mkIso,
}:
let
  inherit (machine) kernel init modules;
  inherit (machine.iso) commandLine settings;
  # made by hand, so it is none that could be found again
  identity = "";
in
rec {
  inherit kernel init modules;
  programs = runCommand "no-programs" { } "mkdir $out";
  initrd = mkInitrd {
    inherit
      init
      programs
      modules
      settings
      identity
      ;
  };
  iso = mkIso {
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
