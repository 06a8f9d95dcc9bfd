# Which files of the kernel's source are compiled into it or its modules, one a line in $out. Not from the build,
# which keeps no objects: from the same makefiles, source and configuration, without compiling.
{
  bc,
  bison,
  elfutils,
  flex,
  linux_6_12,
  perl,
  runCommandCC,
  machine,
}:
runCommandCC "kernel-sources"
  {
    nativeBuildInputs = [
      bc
      bison
      elfutils
      flex
      perl
    ];
    inherit (machine.kernel) configfile;
    inherit (linux_6_12) src;
    makeFlags = linux_6_12.commonMakeFlags;
  }
  ''
    tar -xf $src --strip-components=1 --no-same-owner
    cp $configfile .config
    make $makeFlags include/config/auto.conf
    source ${./kernel-sources.sh}
    kernel_sources ${./kernel-sources.mk} | sort -u >listed
    [[ $(wc -l <listed) -gt 500 ]] || { echo "only $(wc -l <listed) files of the kernel are compiled in: is kbuild another?" >&2; exit 1; }
    perl ${./kernel-includes.pl} <listed >$out
  ''
