# The program as init finds it: $out/exe and, one a line, its arguments in $out/args.
{ pkgs, executable }:
{ program, args }:
let
  inherit (pkgs) lib;
  # a name, not a dependency
  name = baseNameOf (builtins.unsafeDiscardStringContext "${program}");
in
pkgs.runCommand "program-${name}"
  {
    executable = executable {
      inherit name;
      file = program;
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
