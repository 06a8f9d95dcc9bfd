# The initramfs: init, the program, the modules, the settings, and nothing else.
{ pkgs }:
{
  init,
  program,
  modules,
  settings,
}:
let
  inherit (pkgs) lib;
in
pkgs.makeInitrd {
  contents = [
    {
      object = "${init}/bin/init";
      symlink = "/init";
    }
    {
      object = program;
      symlink = "/programs/${program.name}";
    }
    {
      object = modules;
      symlink = "/lib/modules";
    }
    {
      object = pkgs.writeText "scratchmachine.conf" (lib.concatMapStrings (word: word + "\n") settings);
      symlink = "/etc/scratchmachine.conf";
    }
  ];
  compressor = "zstd";
  # one thread: with more, the bytes would depend on how many there are
  compressorArgs = [
    "--ultra"
    "-22"
    "-T1"
  ];
}
