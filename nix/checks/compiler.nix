# A foundation's compiler has the manners of nixpkgs' (cc-wrapper.sh, ld-wrapper.sh): a build reaches the store and its
# own directory, whatever its options say. So a build that counts on more fails on every foundation.
{ binutils, runCommandCC }:
runCommandCC "compiler" { nativeBuildInputs = [ binutils ]; } ''
  echo 'int main(void) { return 0; }' >main.c
  looks_in() { readelf --wide --dynamic $1 | grep -E '\((RPATH|RUNPATH)\)' | grep -qF "$2"; }
  wrong() { echo "the compiler $*" >&2; exit 1; }

  gcc -o outside main.c -Wl,-rpath,/proc/self
  ! looks_in outside /proc/self || wrong "names a directory outside the store and the build in a program"
  gcc -o inside main.c -Wl,-rpath,$PWD
  looks_in inside $PWD || wrong "leaves the build's own directory out of a program"
  NIX_CFLAGS_LINK=-Wl,-rpath,$PWD gcc -o told main.c
  looks_in told $PWD || wrong "does not heed NIX_CFLAGS_LINK"

  # the same directory by another name, which is none of the build's
  here=/proc/self/cwd
  echo '#include <other.h>' >including.c
  mkdir include
  touch include/other.h
  gcc -c -I$PWD/include including.c
  ! gcc -c -I$here/include including.c 2>message || wrong "looks for headers outside the build"
  gcc -c main.c
  gcc -o linked $PWD/main.o
  ! gcc -o linked $here/main.o 2>message || wrong "links what is outside the build"
  grep -q 'impure path' message || { cat message >&2; wrong "does not say why"; }
  touch $out
''
