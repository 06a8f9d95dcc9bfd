# Every Nix file is formatted.
{ pkgs }:
let
  inherit (pkgs) lib;
in
pkgs.runCommand "nix-fmt"
  {
    nativeBuildInputs = [ pkgs.nixfmt ];
    source = lib.fileset.toSource {
      root = ../..;
      fileset = lib.fileset.unions [
        ../../flake.nix
        ../../nix
      ];
    };
  }
  ''
    find $source -name '*.nix' | sort >files
    [[ $(wc -l <files) -gt 20 ]]
    xargs nixfmt --check <files
    touch $out
  ''
