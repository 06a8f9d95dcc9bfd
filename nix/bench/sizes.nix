# How many bytes each part of our images has, as a table: image, part, bytes. What `all` is made of: kernel,
# initramfs, loader, and padding, which is the file system's own structures with the unused ends of its blocks.
# What the initramfs is made of, before it is compressed: init, program, modules.
{
  lib,
  runCommand,
  syslinux,
  callPackage,
  machine,
  tiny,
}:
let
  # by name: { iso, initrd, kernel, init, programs, modules }
  images = {
    inherit tiny;
    demo = machine;
    demo-without-program = callPackage ./without-program.nix { };
  };
  measure =
    name:
    let
      image = images.${name};
    in
    ''
      image=${name}
      kernel=$(size ${image.kernel}/bzImage)
      initrd=$(size ${image.initrd}/initrd)
      loader=$(($(size ${syslinux}/share/syslinux/isolinux.bin) + $(size ${syslinux}/share/syslinux/ldlinux.c32)))
      all=$(size ${image.iso}/${image.iso.file})
      row all $all
      row kernel $kernel
      row initramfs $initrd
      row loader $loader
      row padding $((all - kernel - initrd - loader))
      row init $(size ${image.init}/bin/init)
      row program $(size ${image.programs})
      row modules $(size ${image.modules})
    '';
in
runCommand "sizes.tsv" { } ''
  # of a file, or of all files in a directory
  size() { find $1 -type f -printf '%s\n' | { sum=0; while read -r bytes; do sum=$((sum + bytes)); done; echo $sum; }; }
  row() { printf '%s\t%s\t%s\n' $image $1 $2 >>$out; }
  ${lib.concatMapStrings measure (lib.attrNames images)}
''
