# The program as init finds it: $out/exe and, one a line, its arguments in $out/args.
{ pkgs, executable }:
{ program, args }:
let
  inherit (pkgs) lib;
  # The file's name, without the hash that a file directly in the store has before it. It is a name only,
  # not a dependency.
  file = baseNameOf (
    if builtins.isPath program then
      toString program
    else
      builtins.unsafeDiscardStringContext "${program}"
  );
  unhashed = builtins.match "[0-9a-df-np-sv-z]{32}-(.+)" file;
  name = if unhashed == null then file else builtins.head unhashed;
in
pkgs.runCommand "program-${name}"
  {
    executable = executable {
      inherit name;
      file = "${program}";
    };
    arguments = lib.concatMapStrings (argument: argument + "\n") args;
    passAsFile = [ "arguments" ];
    passthru = { inherit name; };
  }
  ''
    mkdir $out
    cp $executable/bin/* $out/exe
    cp "$argumentsPath" $out/args
  ''
