# Unpack the Debian packages $debs into one root file system, $out. No maintainer script runs, so what
# builds need of their work is done here: the alternatives' links, the accounts, the directories to mount on.
# All variables come from root.nix.
set -eu
PATH=$busybox/bin

busybox mkdir -p "$out"
# $debs begins with base-files, which brings the links /bin → usr/bin and the like
for deb in $debs; do
  busybox dpkg-deb -x "$deb" "$out"
done

link() {
  if [ -e "$out/usr/bin/$2" ] && [ ! -e "$out/usr/bin/$1" ]; then
    busybox ln -s "$2" "$out/usr/bin/$1"
  fi
}
link awk gawk
link cc gcc
link sh bash
link yacc bison.yacc

for directory in nix/store build proc dev tmp etc; do
  busybox mkdir -p "$out/$directory"
done
printf 'root:x:0:0:root:/build:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n' >"$out/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$out/etc/group"
printf '127.0.0.1 localhost\n' >"$out/etc/hosts"
