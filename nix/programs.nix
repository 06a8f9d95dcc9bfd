# The programs as init finds them in /programs: $out/NAME/exe and, one a line, its arguments in $out/NAME/args.
{ pkgs, executable }:
programs:
let
  inherit (pkgs) lib;
  install =
    name:
    let
      inherit (programs.${name}) program args;
      arguments = pkgs.writeText "${name}-args" (lib.concatMapStrings (argument: argument + "\n") args);
      file = executable {
        inherit name;
        file = "${program}";
      };
    in
    ''
      mkdir -p $out/${name}
      cp ${file}/bin/${name} $out/${name}/exe
      cp ${arguments} $out/${name}/args
    '';
in
pkgs.runCommand "programs" { } (lib.concatMapStrings install (lib.attrNames programs))
