# Write $out/bin/NAME for each of $programs: a script that calls the loader of $root on the program.
# All variables come from program.nix.
set -eu
PATH=$busybox/bin

busybox mkdir -p "$out/bin"
loader="$root/usr/lib64/ld-linux-x86-64.so.2 --library-path $root/usr/lib/x86_64-linux-gnu"
for program in $programs; do
  if [ "$(busybox head -c 2 "$root/$program")" = '#!' ]; then
    echo "$program is a script, which no loader can load" >&2
    exit 1
  fi
  script=$out/bin/${program##*/}
  busybox printf '#!%s/bin/busybox sh\nexec %s %s/%s %s "$@"\n' \
    "$busybox" "$loader" "$root" "$program" "$arguments" >"$script"
  busybox chmod 755 "$script"
done
