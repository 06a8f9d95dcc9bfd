# nixpkgs' qemu, as far as it is used: the PC, with the firmware where it would look for it itself, and what reads disks.
{
  program,
  root,
  build,
  base,
}:
let
  pc = program {
    pname = "qemu-system-x86_64";
    inherit root;
    arguments = "-L ${root}/usr/share/qemu -L ${root}/usr/share/seabios -L ${root}/usr/lib/ipxe/qemu";
  };
  disks = program {
    pname = "qemu-img";
    inherit root;
  };
in
build {
  name = "qemu";
  root = base;
  script = ''
    mkdir -p $out/bin
    ln -s ${pc}/bin/* ${disks}/bin/* $out/bin
  '';
}
