# mkMachine refuses a program that could not run in a machine, and says why and what to do.
{ pkgs, crates }:
pkgs.runCommandCC "executable-check" { nativeBuildInputs = [ pkgs.binutils ]; } ''
  source ${../is-static-executable.sh}

  refuses() {
    if is_static_executable "$1" 2>message; then
      echo "$1 was accepted" >&2
      exit 1
    fi
    grep -qF -- "$2" message || { echo "$1: the message lacks '$2':" >&2; cat message >&2; exit 1; }
  }

  echo 'int main(void) { return 0; }' >main.c
  gcc -o dynamic main.c
  gcc -c -o object.o main.c
  gcc -shared -fPIC -o library.so main.c
  chmod +x object.o library.so
  printf '#!/bin/sh\n' >script
  head -c 4096 /dev/zero >zeros
  : >empty
  cp ${crates.hello.package}/bin/hello foreign
  chmod +w foreign
  # the ELF header's machine, 62 for x86-64, becomes 183 for AArch64
  printf '\xb7' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
  head -c 1000 ${crates.hello.package}/bin/hello >cut
  chmod +x script zeros empty foreign cut
  mkdir directory
  cp zeros plain
  chmod -x plain

  is_static_executable ${crates.init.package}/bin/init
  is_static_executable ${crates.hello.package}/bin/hello
  refuses dynamic 'dynamically linked'
  refuses object.o 'an object file'
  refuses library.so 'not an executable'
  refuses script 'a script'
  refuses zeros 'not a 64-bit ELF executable'
  refuses empty 'not a 64-bit ELF executable'
  refuses foreign 'built for AArch64'
  refuses cut 'damaged'
  refuses directory 'not a file'
  refuses plain 'not executable'
  refuses missing 'no such file'
  touch $out
''
