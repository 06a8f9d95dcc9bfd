# The demo machine's image has the recorded bytes in every format, too.
{
  lib,
  runCommand,
  exports,
  # the foundation's record
  recorded,
}:
runCommand "exports-hash"
  {
    recorded = recorded.exports;
    passAsFile = [ "recorded" ];
  }
  ''
    for export in ${lib.concatStringsSep " " (builtins.attrValues exports)}; do
      (cd $export && find . -type f -printf '%P\0' | sort -z | xargs -0 sha256sum)
    done >built
    diff $recordedPath built || {
      echo "the formats (>) are not the recorded ones (<): if the change was meant, run 'nix run .#record'" >&2
      exit 1
    }
    touch $out
  ''
