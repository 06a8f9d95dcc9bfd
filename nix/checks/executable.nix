# mkMachine refuses a program that could not run in a machine, and says why and what to do.
{
  binutils,
  runCommandCC,
  demo,
  crates,
}:
runCommandCC "executable-check" { nativeBuildInputs = [ binutils ]; } ''
  source ${../machine/is-static-executable.sh}

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
  cp ${demo} foreign
  chmod +w foreign
  # the ELF header's machine, 62 for x86-64, becomes 183 for AArch64
  printf '\xb7' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
  cp ${demo} freebsd
  chmod +w freebsd
  # the ELF header's ABI, 0 for what Linux shares with others
  printf '\x09' | dd of=freebsd bs=1 seek=7 conv=notrunc status=none

  # what the compilers leave behind
  compile() { gcc -o $1 main.c mark.c "''${@:2}"; }
  echo '__attribute__((section(".go.buildinfo"))) int mark = 1;' >mark.c
  compile go-with-c -no-pie
  compile go-pie-with-c -pie -fPIE
  echo 'void _start(void) { for (;;); }' >start.c
  gcc -nostdlib -fPIE -pie -o go-pie start.c mark.c
  gcc -nostdlib -fPIE -static-pie -o go-static start.c mark.c
  echo '__asm__(".ident \"rustc version 1.85.1\"");' >mark.c
  compile rust
  cp dynamic nameless
  objcopy --remove-section=.comment nameless

  head -c 1000 ${demo} >cut
  chmod +x script zeros empty foreign freebsd cut
  mkdir directory
  cp zeros plain
  chmod -x plain

  is_static_executable ${crates.init.package}/bin/init
  is_static_executable ${demo}
  is_static_executable go-static
  refuses dynamic 'loader: link it with -static'
  refuses nameless 'dynamically linked'
  refuses nameless 'CGO_ENABLED=0'
  refuses go-with-c 'loader: build it with CGO_ENABLED=0'
  refuses go-pie-with-c 'CGO_ENABLED=0 and leave out -buildmode=pie'
  refuses go-pie 'loader: leave out -buildmode=pie'
  refuses rust 'loader: build it for x86_64-unknown-linux-musl'
  refuses freebsd 'built for UNIX - FreeBSD'
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
