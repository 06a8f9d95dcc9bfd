# Our patches of the kernel are as its maintainers want them: the kernel's own checkpatch.pl has nothing to say against
# any, each says who signs it off and whether it has been sent, and applies to the source as it is.
{
  linux_6_12,
  perl,
  runCommandCC,
  machine,
}:
runCommandCC "kernel-patches"
  {
    nativeBuildInputs = [ perl ];
    inherit (linux_6_12) src;
    patches = map (it: it.patch) machine.kernel.kernelPatches;
  }
  ''
    # of the source, what they touch and the script with its tables
    for patch in $patches; do
      sed -n 's:^--- a/:*/:p' $patch
    done | sort -u >files
    printf '*/scripts/%s\n' checkpatch.pl const_structs.checkpatch spelling.txt >>files
    tar -xf $src --strip-components=1 --no-same-owner --wildcards --occurrence=1 --files-from=files

    perl scripts/checkpatch.pl --strict --no-tree $patches | tee $out
    for patch in $patches; do
      grep -q '^    Upstream: ' $patch || { echo "$patch has no line 'Upstream: …' among its notes" >&2; exit 1; }
      patch -p1 --fuzz=0 <$patch
    done
  ''
