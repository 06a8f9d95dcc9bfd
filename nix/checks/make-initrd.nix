# makeInitrd has nixpkgs' interface: objects with suffixes, archives put before its own, a compressor with its arguments.
{
  cpio,
  makeInitrd,
  runCommand,
  writeText,
  zstd,
}:
let
  other = writeText "other" "named by the object";
  object = runCommand "object" { } ''
    mkdir -p $out/below
    echo text >$out/below/file
    chmod +x $out/below/file
    ln -s ${other} $out/other
  '';
  first = makeInitrd {
    contents = [
      {
        object = other;
        symlink = "/first";
      }
    ];
    compressor = "cat";
  };
  both = makeInitrd {
    contents = [
      {
        inherit object;
        symlink = "/whole";
      }
      {
        inherit object;
        suffix = "/below/file";
        symlink = "/a/part";
      }
    ];
    prepend = [ "${first}/initrd" ];
    compressor = "zstd";
    compressorArgs = [
      "-3"
      "--no-check"
    ];
  };
in
runCommand "make-initrd"
  {
    nativeBuildInputs = [
      cpio
      zstd
    ];
  }
  ''
    size=$(stat --dereference --format=%s ${first}/initrd)
    cmp --bytes=$size ${first}/initrd ${both}/initrd
    tail -c +$((size + 1)) ${both}/initrd >rest
    # as long as the program says what it was asked for, its arguments were heard
    zstd --list --verbose rest >about
    grep -q 'Check: None' about || { cat about >&2; exit 1; }
    [[ -e ${first}/initrd.cpio && -e ${both}/initrd.zst ]]

    mkdir tree
    zstd -dc rest | (cd tree && cpio --quiet -idm --no-preserve-owner)
    ls tree | tee members
    diff members <(printf '%s\n' a dev nix proc sys whole)
    [[ $(readlink tree/whole) == ${object} && $(readlink tree/a/part) == ${object}/below/file ]]
    [[ $(<tree${object}/below/file) == text && -x tree${object}/below/file ]]
    [[ $(<tree${other}) == 'named by the object' ]]
    touch $out
  ''
