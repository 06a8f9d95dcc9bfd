# is_static_executable FILE: an image has nothing beside the program, no dynamic loader and no shell.
is_static_executable() {
  local header segments type offset size
  fail() {
    echo "mkMachine: $1: $2" >&2
    return 1
  }
  [[ -e $1 ]] || fail "$1" "no such file: name the executable itself, as in \"\${package}/bin/NAME\"" || return
  [[ -f $1 ]] || fail "$1" "not a file: name the executable itself, as in \"\${package}/bin/NAME\"" || return
  [[ -x $1 ]] || fail "$1" "not executable: chmod +x it, or name another file" || return
  if [[ $(head -c 2 "$1" | tr -d '\0') == '#!' ]]; then
    fail "$1" "a script, and the machine has no interpreter: give a static executable, or bring along the interpreter from the store with closure = true" || return
  fi
  header=$(readelf --wide --file-header "$1" 2>/dev/null) && grep -q ELF64 <<<"$header" ||
    fail "$1" "not a 64-bit ELF executable" || return
  grep -q 'Machine:.*X86-64' <<<"$header" ||
    fail "$1" "built for$(sed -n 's/.*Machine: */ /p' <<<"$header"), but the machine is x86-64" || return
  # the kernel would run it all the same, but not understand what it calls
  grep -Eq 'OS/ABI: *UNIX - (System V|GNU)$' <<<"$header" ||
    fail "$1" "built for$(sed -n 's,.*OS/ABI: *, ,p' <<<"$header"), but the machine is Linux" || return
  grep -Eq 'Type:.*(EXEC|DYN)' <<<"$header" || fail "$1" "an object file, not an executable" || return
  segments=$(readelf --wide --program-headers "$1") || fail "$1" "a damaged ELF file" || return
  if grep -q INTERP <<<"$segments"; then
    fail "$1" "dynamically linked, and the machine has no dynamic loader: $(how_to_link_statically "$1" "$header"), or bring along all that it refers to in the store with closure = true" || return
  fi
  while read -r type offset _ _ size _; do
    if [[ $type == LOAD ]] && ((offset + size > $(stat --dereference --format=%s "$1"))); then
      fail "$1" "damaged: it is shorter than it says itself" || return
    fi
  done <<<"$segments"
  # a shared library has no INTERP either, but nothing to start
  if grep -q 'Entry point address: *0x0$' <<<"$header"; then
    fail "$1" "a library without an entry point, not an executable" || return
  fi
}

# how_to_link_statically FILE HEADER: in the words of the compiler that made it, as far as it left its name.
how_to_link_statically() {
  local sections libraries compilers
  sections=$(readelf --wide --section-headers "$1")
  libraries=$(readelf --wide --dynamic "$1")
  compilers=$(readelf --string-dump=.comment "$1" 2>/dev/null) || compilers=''
  if grep -qF .go.buildinfo <<<"$sections"; then
    if ! grep -q 'Type:.*DYN' <<<"$2"; then
      echo "build it with CGO_ENABLED=0"
    elif grep -q NEEDED <<<"$libraries"; then
      echo "build it with CGO_ENABLED=0 and leave out -buildmode=pie"
    else
      echo "leave out -buildmode=pie, with which Go asks for a loader whatever CGO_ENABLED is"
    fi
  elif grep -q 'rustc version' <<<"$compilers"; then
    echo "build it for x86_64-unknown-linux-musl, or with -C target-feature=+crt-static"
  elif grep -Eq 'GCC:|clang version' <<<"$compilers"; then
    echo "link it with -static or -static-pie"
  else
    echo "link it statically (Rust: -C target-feature=+crt-static, Go: CGO_ENABLED=0 and no -buildmode=pie, C: -static)"
  fi
}
