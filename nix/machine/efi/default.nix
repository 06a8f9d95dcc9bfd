# The program that UEFI starts, for all images the same: $out/bootx64.efi.
{ runCommandCC }:
runCommandCC "bootx64.efi"
  {
    # nixpkgs' are for programs that have a C library
    hardeningDisable = [ "all" ];
    # -mno-red-zone: the firmware's interrupts use the same stack. No loop becomes a call of memcpy, which nobody has.
    flags = [
      "-Os"
      "-std=c11"
      "-ffreestanding"
      "-fshort-wchar"
      "-fpie"
      "-fno-stack-protector"
      "-fno-asynchronous-unwind-tables"
      "-fcf-protection=none"
      "-fno-tree-loop-distribute-patterns"
      "-mno-red-zone"
      "-mgeneral-regs-only"
      "-Wall"
      "-Wextra"
      "-Werror"
    ];
  }
  ''
    cc $flags -c ${./boot.c} -o boot.o
    cc -c ${./header.S} -o header.o
    ld -T ${./boot.ld} -o boot header.o boot.o
    for section in header text; do
      objcopy -O binary --only-section=.$section boot $section
    done
    mkdir $out
    cat header text >$out/bootx64.efi
  ''
