# The demo machine's image has the recorded bytes in every format, too.
{
  runCommand,
  exportHashes,
  # the foundation's record
  recorded,
}:
runCommand "exports-hash"
  {
    recorded = recorded.exports;
    passAsFile = [ "recorded" ];
  }
  ''
    diff $recordedPath ${exportHashes} || {
      echo "the formats (>) are not the recorded ones (<): if the change was meant, run 'nix run .#record'" >&2
      exit 1
    }
    touch $out
  ''
