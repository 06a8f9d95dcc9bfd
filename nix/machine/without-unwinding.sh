# without_unwinding FILE: zeroes in place of a program's tables for unwinding, which compress to nothing. The sections
# stay: without them objcopy would lay the file out anew, and forget what is to be read-only after relocation.
without_unwinding() {
  local section size zeroes
  zeroes=$(mktemp)
  for section in .eh_frame_hdr .eh_frame .gcc_except_table; do
    size=$(readelf --wide --section-headers "$1" |
      sed -nE "s/.* \\$section +[A-Z0-9_]+ +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) .*/\\1/p")
    # not every program has all of them
    [[ $size ]] || continue
    head -c "$((16#$size))" /dev/zero >"$zeroes"
    objcopy --update-section "$section=$zeroes" "$1"
  done
  rm "$zeroes"
}
