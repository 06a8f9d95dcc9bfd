# The initramfs: init, the programs, the modules, the settings, the identity, and nothing else.
{ pkgs }:
{
  init,
  programs,
  modules,
  settings,
  # nix/machine.nix says what it is
  identity,
  # small for the sake of the image's size, or quick to unpack
  isCompressed ? true,
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
      object = programs;
      symlink = "/programs";
    }
    {
      object = modules;
      symlink = "/lib/modules";
    }
    {
      object = pkgs.writeText "scratchmachine.conf" (lib.concatMapStrings (word: word + "\n") settings);
      symlink = "/etc/scratchmachine.conf";
    }
    {
      object = pkgs.writeText "scratchmachine.image" (identity + "\n");
      symlink = "/etc/scratchmachine.image";
    }
  ];
  compressor = if isCompressed then "zstd" else "cat";
  # One thread: with more, the bytes would depend on how many there are. A window of 2 MiB is what the
  # kernel has to find memory for.
  compressorArgs =
    if isCompressed then
      [
        "--ultra"
        "-22"
        "--zstd=wlog=21"
        "-T1"
      ]
    else
      [ ];
}
