# Our programs, as they are in the image, are hardened, and the test for that finds what is not.
{
  binutils,
  glibc,
  runCommandCC,
  demo,
  crates,
  machine,
}:
runCommandCC "our-executables"
  {
    nativeBuildInputs = [ binutils ];
    # not an input of the build, or nixpkgs' linker would take it for programs that are not static as well
    static = "-L${glibc.static}/lib";
  }
  ''
    source ${../machine/is-hardened-executable.sh}

    for file in ${crates.init.package}/bin/init ${demo} \
      ${machine.init}/bin/init ${machine.programs}/*/exe; do
      is_hardened_executable $file
    done

    # each built right but for one thing
    cat >main.c <<'END'
    int value = 1;
    int *pointer = &value;
    int main(void) { return *pointer - 1; }
    END
    build() {
      local name=$1
      shift
      gcc -s -static-pie -fPIE $static -Wl,-z,relro,-z,now,-z,noexecstack -o $name main.c "$@"
    }
    refuses() {
      if is_hardened_executable $1 2>message; then
        echo "$1 was accepted" >&2
        exit 1
      fi
      grep -qF -- "$2" message || { echo "$1: the message lacks '$2':" >&2; cat message >&2; exit 1; }
      [[ ! ''${3-} || $(wc -l <message) -eq $3 ]] || { echo "$1: more than what is wrong with it:" >&2; cat message >&2; exit 1; }
    }

    build good
    is_hardened_executable good
    # the C library's start-up code depends on what is linked, so that dynamic ones are wrong in two ways
    gcc -s -static -no-pie $static -Wl,-z,relro,-z,now -o fixed main.c
    gcc -s -pie -fPIE -Wl,-z,relro,-z,now -o dynamic main.c
    build without-relro -Wl,-z,norelro
    build executable-stack -Wl,-z,execstack
    # nixpkgs' linker lets no other places pass than the store and the build's own directory
    build with-rpath -Wl,-rpath,$PWD
    gcc -static-pie -fPIE $static -Wl,-z,relro,-z,now -o with-symbols main.c
    gcc -g -static-pie -fPIE $static -Wl,-z,relro,-z,now -o with-debugging main.c
    cat >text.s <<'END'
      .section .note.GNU-stack,"",@progbits
      .text
      .quad main
    END
    cat >writable.s <<'END'
      .section .note.GNU-stack,"",@progbits
      .section .writable_code,"awx",@progbits
      .quad 1
    END
    build with-textrel text.s -Wl,-z,notext
    build writable-code writable.s
    head -c 100 good >cut
    echo text >text

    refuses fixed 'loaded at a fixed place'
    refuses dynamic 'asks for a dynamic loader'
    refuses dynamic 'asks for shared libraries'
    refuses without-relro 'addresses stay writable' 1
    refuses executable-stack 'stack is executable'
    refuses with-rpath '(RPATH)' 1
    refuses with-symbols 'strip it' 1
    refuses with-debugging 'strip it' 1
    refuses writable-code 'a segment is writable and executable' 1
    refuses with-textrel '(TEXTREL)' 1
    refuses cut "readelf can't read it"
    refuses text "readelf can't read it"
    touch $out
  ''
