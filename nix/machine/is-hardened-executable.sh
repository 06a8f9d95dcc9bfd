# is_hardened_executable FILE: a program of ours is built so that a bug in it is hard to turn to account:
# a table of what readelf must say, or must not.
is_hardened_executable() {
  local file=$1 header segments dynamic sections failed=0
  lacks() {
    echo "$file: $1" >&2
    failed=1
  }
  # of a damaged file it complains, and succeeds
  if [[ $(readelf --wide --file-header --segments --dynamic "$file" 2>&1 >/dev/null) ]]; then
    lacks "readelf can't read it: is it an ELF file, and whole?"
    return 1
  fi
  header=$(readelf --wide --file-header "$file")
  segments=$(readelf --wide --program-headers "$file")
  dynamic=$(readelf --wide --dynamic "$file")
  sections=$(readelf --wide --section-headers "$file")

  { grep -Eq '^ *Type: *DYN' <<<"$header" && grep -Eq '\(FLAGS_1\).* PIE( |$)' <<<"$dynamic"; } ||
    lacks "loaded at a fixed place: link it as static-pie"
  ! grep -Eq '^ *INTERP' <<<"$segments" ||
    lacks "asks for a dynamic loader: link it statically"
  ! grep -q '(NEEDED)' <<<"$dynamic" ||
    lacks "asks for shared libraries: link it statically"
  { grep -Eq '^ *GNU_RELRO' <<<"$segments" && grep -Eq '\(BIND_NOW\)|\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW' <<<"$dynamic"; } ||
    lacks "its relocated addresses stay writable: link it with -z relro -z now"
  grep -Eq '^ *GNU_STACK .* RW +0x' <<<"$segments" ||
    lacks "its stack is executable: link it with -z noexecstack"
  ! grep -Eq '^ *[A-Z_]+ .* (RWE|W ?E|RW +E) +0x' <<<"$segments" ||
    lacks "a segment is writable and executable"
  ! grep -Eq '\((RPATH|RUNPATH)\)' <<<"$dynamic" ||
    lacks "names directories to look for libraries in (RPATH): link it without"
  ! grep -Eq '\(TEXTREL\)|\(FLAGS\).*TEXTREL' <<<"$dynamic" ||
    lacks "its code has to be written to before it runs (TEXTREL): compile it with -fPIE"
  ! grep -Eq ' \.(symtab|debug_[a-z]+) ' <<<"$sections" ||
    lacks "has symbols or debugging data: strip it"
  return $failed
}
