# nixpkgs' makeInitrd: the closures of some store objects as a compressed cpio archive,
# each object linked to from the place that `symlink` names.
{
  build,
  base,
  cpio,
  zstd,
}:
{
  name ? "initrd",
  # [ { object = a store path; symlink = "/where"; } … ]
  contents,
  compressor ? "gzip",
  compressorArgs ? [ ],
}:
build {
  inherit name;
  root = base;
  nativeBuildInputs = [
    cpio
    zstd
  ];
  objects = map (content: content.object) contents;
  symlinks = map (content: content.symlink) contents;
  # pairs of a file's name and the object whose closure is to be listed in it
  exportReferencesGraph = builtins.concatMap (content: [
    "closure-${builtins.hashString "sha256" content.symlink}"
    content.object
  ]) contents;
  compress = builtins.concatStringsSep " " ([ compressor ] ++ compressorArgs);
  script = ''
    mkdir -p tree/{dev,proc,sys}
    objects=($objects) symlinks=($symlinks)
    for index in "''${!objects[@]}"; do
      place=tree''${symlinks[index]}
      mkdir -p "$(dirname "$place")"
      ln -s "''${objects[index]}" "$place"
    done
    # a closure file lists a path, the path that made it, a count of references, these references
    for path in $(grep -h '^/nix/store/' closure-* | sort -u); do
      [[ $path == *.drv ]] || cp -rP --parents "$path" tree
    done
    mkdir $out
    cd tree
    chmod -R u=rwX,go=rX .
    # the same bytes whatever the time, the file system's order and its hard links
    find . -mindepth 1 -exec touch -h -d @1 {} +
    find . -mindepth 1 -printf '%P\0' | LC_ALL=C sort -z |
      cpio --quiet -o -H newc -R +0:+0 --reproducible --null | $compress >$out/initrd
  '';
}
