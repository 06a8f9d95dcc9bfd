# The initramfs: init, the programs, the modules, the settings, the identity, and nothing else.
{ pkgs }:
{
  init,
  programs,
  modules,
  settings,
  # nix/machine.nix says what it is
  identity,
  # The kernel has to find memory for so many bytes, as a power of 2, while it unpacks. With fewer than lie between init
  # and a program, which go by their store paths' hashes, what both have in common would be there twice. Null: not
  # compressed, which is the quickest.
  windowLog ? 20,
}:
let
  inherit (pkgs) lib;
  # objects are store paths: of one within a store path, Nix before 2.18.9 can't tell makeInitrd the closure
  contents = [
    {
      object = init;
      suffix = "/bin/init";
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
in
pkgs.makeInitrd {
  inherit contents;
  compressor = if windowLog == null then "cat" else "zstd";
  # One thread: with more, the bytes would depend on how many there are.
  compressorArgs =
    if windowLog == null then
      [ ]
    else
      [
        "--ultra"
        "-22"
        "--zstd=wlog=${toString windowLog}"
        "-T1"
      ];
}
# for audits: what lies where
// {
  inherit contents;
}
