# Every part of our images has the recorded size: what made one heavier is seen in the change that did it.
{
  pkgs,
  sizes,
  # the file's text
  recorded,
}:
pkgs.runCommand "sizes"
  {
    inherit recorded;
    passAsFile = [ "recorded" ];
  }
  ''
    source ${../budget/hold.sh}
    as_recorded $recordedPath ${sizes} || {
      echo "if that was meant, nix/debian/sizes.tsv must now be as 'nix build .#sizes' makes it:" >&2
      cat ${sizes} >&2
      exit 1
    }
    touch $out
  ''
