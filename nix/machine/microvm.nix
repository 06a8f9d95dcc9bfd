# What a virtual machine without firmware and boot loader is started with: the kernel as the ELF file that its PVH
# note describes, an initramfs, and the kernel's command line.
{ lib, runCommandCC }:
{
  name,
  # nix/machine/default.nix says what it is
  identity,
  kernel,
  initrd,
  commandLine,
}:
runCommandCC "${name}-microvm-image"
  {
    inherit commandLine;
    passthru = {
      inherit identity commandLine initrd;
    };
  }
  ''
    mkdir $out
    # without symbols, which nobody needs who starts it
    strip --strip-all -o $out/vmlinux ${lib.getOutput "dev" kernel}/vmlinux
    cp ${initrd}/initrd $out/initrd
    echo "$commandLine" >$out/command-line
  ''
