# What a machine can be made for, by name: docs/reference/profiles.md says what each has and has not.
{ mkKernel }:
let
  # every driver of a network card that the kernel has, so that no hypervisor gives a machine without a network; those
  # of buses, and what drivers share, come along (modules.nix)
  networkDrivers = [
    "8139cp"
    "e1000"
    "e1000e"
    "ena"
    "gve"
    "hv_netvsc"
    "igb"
    "igbvf"
    "ixgbevf"
    "pcnet32"
    "tulip"
    "virtio_net"
    "vmxnet3"
  ];
in
{
  default = {
    kernel = mkKernel [ ];
    # drivers in the image, if nothing else is asked for
    modules = networkDrivers;
    commandLine = [
      "console=tty0"
      "console=ttyS0,115200"
    ];
    # nix/machine/initrd.nix says what it is
    windowLog = 19;
  };
  tiny = {
    kernel = mkKernel [ "tiny" ];
    # null: its kernel takes none
    modules = null;
    commandLine = [
      "console=ttyS0,115200"
      # without ACPI nobody says how interrupts reach the newer controller
      "noapic"
    ];
    windowLog = 19;
  };
  # direct boot, by `nix run .#microvm`
  microvm = {
    kernel = mkKernel [ "microvm" ];
    modules = [ ];
    commandLine = [
      "console=ttyS0"
      # a third of what the serial port would have to carry; nothing that went wrong is among it, and all of it is in
      # the kernel's log
      "loglevel=6"
      # to take the lock prefixes away, as a kernel does that finds one processor, is more work than they are
      "noreplace-smp"
    ];
    windowLog = null;
  };
}
