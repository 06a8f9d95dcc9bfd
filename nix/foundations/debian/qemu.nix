# nixpkgs' qemu, as far as it is used: the PC, with the firmware where it would look for it itself.
{ program, root }:
program {
  pname = "qemu-system-x86_64";
  inherit root;
  arguments = "-L ${root}/usr/share/qemu -L ${root}/usr/share/seabios -L ${root}/usr/lib/ipxe/qemu";
}
