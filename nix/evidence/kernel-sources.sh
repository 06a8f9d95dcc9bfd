# kernel_sources MAKEFILE: in a kernel's source tree with include/config/auto.conf, the source files that become
# part of the kernel or its modules, one a line. Beside the directories that kbuild finds by itself there are those
# that the boot image is made of.
kernel_sources() {
  # linked in by a script, and in no makefile's list
  echo init/version-timestamp.c
  local directories=(. arch/x86/boot arch/x86/boot/compressed arch/x86/realmode/rm) directory kind path list
  while ((${#directories[@]})); do
    directory=${directories[0]}
    directories=("${directories[@]:1}")
    list=$(make -s -r -f "$1" obj="$directory" srctree=. srcroot=. objtree=. SRCARCH=x86 ARCH=x86_64 BITS=64 \
      CC=gcc LD=ld CONFIG_SHELL=bash) || return
    while read -r kind path; do
      case $kind in
        directory) directories+=("$path") ;;
        object)
          path=${path%.o}
          # a file that is made while building has no source here
          if [[ -e $path.c ]]; then echo "$path.c"; elif [[ -e $path.S ]]; then echo "$path.S"; fi
          ;;
      esac
    done <<<"$list"
  done
}
