# nixpkgs' nukeReferences: `nuke-refs FILE…` overwrites the hashes of all store paths in the files, so that
# they are no references any more. The length stays, so it can be done to executables.
{ writeShellApplication }:
writeShellApplication {
  name = "nuke-refs";
  text = ''
    for file; do
      sed -i -E 's#/nix/store/[0-9a-df-np-sv-z]{32}-#/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-#g' "$file"
    done
  '';
}
