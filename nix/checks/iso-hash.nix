# The demo machine's ISO has the recorded bytes: whoever builds it gets the same. The identity is recorded beside
# its hash, so that `git log -S IDENTITY` finds the commits from which an image can be made again.
{
  pkgs,
  iso,
  # the file's text
  recorded,
}:
pkgs.runCommand "iso-hash"
  {
    inherit recorded;
    inherit (iso) identity;
    passAsFile = [ "recorded" ];
  }
  ''
    # what begins with '#' is a comment to sha256sum
    {
      echo "# image $identity"
      (cd ${iso} && sha256sum ${iso.file})
    } >built
    diff $recordedPath built || {
      echo "the ISO (>) is not the recorded one (<): if the change was meant, nix/debian/iso.sha256 must now be" >&2
      cat built >&2
      exit 1
    }
    touch $out
  ''
