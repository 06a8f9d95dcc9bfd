# The demo machine's ISO has the recorded bytes: whoever builds it gets the same. The identity is recorded beside
# its hash, so that `git log -S IDENTITY` finds the commits from which an image can be made again.
{
  runCommand,
  machine,
  # the foundation's record
  recorded,
}:
runCommand "iso-hash"
  {
    recorded = recorded.iso;
    inherit (machine.iso) identity;
    passAsFile = [ "recorded" ];
  }
  ''
    # what begins with '#' is a comment to sha256sum
    {
      echo "# image $identity"
      (cd ${machine.iso} && sha256sum ${machine.iso.file})
    } >built
    diff $recordedPath built || {
      echo "the ISO (>) is not the recorded one (<): if the change was meant, nix/foundations/debian/iso.sha256 must now be" >&2
      cat built >&2
      exit 1
    }
    touch $out
  ''
