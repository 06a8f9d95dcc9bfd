# Every part of our images has the recorded size: what made one heavier is seen in the change that did it.
{
  runCommand,
  sizes,
  # the foundation's record
  recorded,
}:
runCommand "sizes"
  {
    recorded = recorded.sizes;
    passAsFile = [ "recorded" ];
  }
  ''
    source ${../../bench/limits.sh}
    as_recorded $recordedPath ${sizes} || {
      echo "if that was meant, nix/foundations/debian/sizes.tsv must now be as 'nix build .#sizes' makes it:" >&2
      cat ${sizes} >&2
      exit 1
    }
    touch $out
  ''
