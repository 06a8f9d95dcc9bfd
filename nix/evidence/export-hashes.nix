# The SHA-256 of the demo machine's image in every format, as sha256sum writes them.
{
  lib,
  runCommand,
  exports,
}:
runCommand "exports.sha256" { } ''
  for export in ${lib.concatStringsSep " " (builtins.attrValues exports)}; do
    (cd $export && find . -type f -printf '%P\0' | sort -z | xargs -0 sha256sum)
  done >$out
''
