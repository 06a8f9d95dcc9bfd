# Every Nix file is formatted.
{
  lib,
  nixfmt,
  runCommand,
}:
runCommand "nix-fmt"
  {
    nativeBuildInputs = [ nixfmt ];
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
