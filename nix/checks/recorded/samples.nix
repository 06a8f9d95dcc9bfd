# The samples of output in the documents are what is put out now.
{
  lib,
  runCommand,
  record,
}:
runCommand "samples"
  {
    source = lib.fileset.toSource {
      root = ../../..;
      fileset = lib.fileset.unions [
        ../../../README.md
        ../../../docs
      ];
    };
  }
  ''
    cp -r --no-preserve=mode $source checkout
    mkdir -p checkout/nix/foundations/debian
    ${record}/bin/record checkout
    rm -r checkout/nix
    diff -r $source checkout || { echo "what is recorded is not what is built now (>): run 'nix run .#record'" >&2; exit 1; }
    touch $out
  ''
