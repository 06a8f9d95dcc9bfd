# The demo machine's ISO has the recorded bytes: whoever builds it gets the same.
{
  pkgs,
  iso,
  recorded,
}:
pkgs.runCommand "iso-hash" { inherit recorded; } ''
  built=$(sha256sum ${iso}/${iso.file} | cut -d' ' -f1)
  [[ $built == "$recorded" ]] || {
    echo "the ISO's SHA-256 is $built, but $recorded is recorded: if the change was meant, record it (docs/debian-foundation.md)" >&2
    exit 1
  }
  touch $out
''
