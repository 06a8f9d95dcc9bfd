# Nothing in the initramfs names a store path that is not in it.
{
  cpio,
  runCommand,
  zstd,
  machine,
}:
runCommand "initrd-is-closed"
  {
    nativeBuildInputs = [
      cpio
      zstd
    ];
  }
  ''
    mkdir tree
    zstd -dc ${machine.initrd}/initrd >initrd.cpio
    # one archive after the other; with none left it fails
    (cd tree && while cpio --quiet -idmu --no-preserve-owner; do :; done) <initrd.cpio 2>messages
    [[ -L tree/init && -L tree/programs ]] || { cat messages >&2; exit 1; }
    # where links lead to and what is in files; in the archive itself nothing may part a link from what follows
    paths=$({ find tree -type l -printf '%l\n'; find tree -type f -exec cat {} +; } |
      grep -aoE '/nix/store/[0-9a-df-np-sv-z]{32}-[A-Za-z0-9+._?=-]+' | sort -u)
    [[ $paths ]] || { echo "no store path found in the initramfs: does this check still look right?" >&2; exit 1; }
    for path in $paths; do
      [[ -e tree$path || -L tree$path ]] || { echo "the initramfs names $path, which is not in it" >&2; exit 1; }
    done
    touch $out
  ''
