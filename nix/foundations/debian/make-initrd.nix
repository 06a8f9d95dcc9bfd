# nixpkgs' makeInitrd: the closures of some store objects as a compressed cpio archive,
# each object linked to from the place that `symlink` names.
{
  build,
  base,
  cpio,
  zstd,
}:
let
  # What nixpkgs knows of compressors (initrd-compressor-meta.nix); of another one it wants to be told `extension`.
  compressors = {
    cat = {
      extension = ".cpio";
    };
    gzip = {
      extension = ".gz";
      defaultArgs = [ "-9n" ];
    };
    zstd = {
      extension = ".zst";
      defaultArgs = [ "-10" ];
    };
  };
  # nixpkgs asks Nix for the closures in a way that takes no others, unless Nix is 2.18.9 or newer
  whole =
    object:
    if builtins.match "/nix/store/[^/]+" "${object}" != null then
      object
    else
      throw "makeInitrd: '${object}' is within a store path: give that as object, and the rest as suffix";
in
{
  name ? "initrd",
  # [ { object = a store path; suffix = "/below/it", or nothing; symlink = "/where"; } … ]
  contents,
  compressor ? "gzip",
  compressorArgs ? null,
  extension ? compressors.${compressor}.extension,
  # archives to go before this one, as they are
  prepend ? [ ],
}:
let
  arguments =
    if compressorArgs == null then compressors.${compressor}.defaultArgs or [ ] else compressorArgs;
in
build {
  inherit name extension prepend;
  root = base;
  nativeBuildInputs = [
    cpio
    zstd
  ];
  passthru.compressorArgs = arguments;
  objects = map (content: whole content.object) contents;
  symlinks = map (content: content.symlink) contents;
  suffices = map (content: content.suffix or "none") contents;
  # pairs of a file's name and the object whose closure is to be listed in it
  exportReferencesGraph = builtins.concatMap (content: [
    "closure-${builtins.hashString "sha256" content.symlink}"
    content.object
  ]) contents;
  compress = builtins.concatStringsSep " " ([ compressor ] ++ arguments);
  script = ''
    mkdir -p tree/{dev,proc,sys}
    objects=($objects) symlinks=($symlinks) suffices=($suffices)
    for index in "''${!objects[@]}"; do
      place=tree''${symlinks[index]} suffix=''${suffices[index]}
      mkdir -p "$(dirname "$place")"
      ln -s "''${objects[index]}''${suffix#none}" "$place"
    done
    # a closure file lists a path, the path that made it, a count of references, these references
    for path in $(grep -h '^/nix/store/' closure-* | sort -u); do
      [[ $path == *.drv ]] || cp -rP --parents "$path" tree
    done
    mkdir $out
    [[ ! $prepend ]] || cat $prepend >$out/initrd
    cd tree
    chmod -R u=rwX,go=rX .
    # the same bytes whatever the time, the file system's order and its hard links
    find . -mindepth 1 -exec touch -h -d @1 {} +
    find . -mindepth 1 -printf '%P\0' | LC_ALL=C sort -z |
      cpio --quiet -o -H newc -R +0:+0 --reproducible --null | $compress >>$out/initrd
    ln -s initrd $out/initrd$extension
  '';
}
