# The boot tests: the harness's own tests, with the images they look at. A machine that is broken on
# purpose is the demo machine with one thing exchanged.
{
  pkgs,
  mkMachine,
  machine,
  crates,
}:
let
  demo = "${crates.hello.package}/bin/hello";

  # the demo machine's initramfs with other modules
  withModules =
    modules:
    let
      initrd = import ../initrd.nix { inherit pkgs; } {
        inherit (machine) init programs;
        inherit (machine.iso) settings;
        inherit modules;
      };
    in
    "${initrd}/initrd";
  allCards =
    (mkMachine {
      program = demo;
      modules = [
        "e1000"
        "e1000e"
        "virtio_net"
        "vmxnet3"
      ];
    }).modules;
  # with the drivers of all cards, after `script` was at work in their directory, a /lib/modules
  withDamagedModules =
    script:
    withModules (
      pkgs.runCommand "damaged-modules" { } ''
        cp -r --no-preserve=mode ${allCards} $out
        cd $out
        shopt -s globstar failglob
        ${script}
      ''
    );
  withBadArgument = mkMachine {
    program = demo;
    args = [ "not-a-port" ];
  };
in
crates.harness.testWith {
  pname = "boot";
  nativeBuildInputs = [ pkgs.qemu_test ];
  env = {
    MACHINE_ISO = "${machine.iso}/${machine.iso.file}";
    MACHINE_KERNEL = "${machine.kernel}/bzImage";
    MACHINE_INITRD = "${machine.initrd}/initrd";
    MACHINE_INITRD_WITH_ALL_CARDS = withModules allCards;
    MACHINE_INITRD_WITH_TRUNCATED_MODULE = withDamagedModules "truncate --size=-4096 **/e1000.ko";
    # nothing may move in the file: one character for another
    MACHINE_INITRD_WITH_WRONG_VERMAGIC = withDamagedModules "sed -i s/vermagic=./vermagic=0/ **/e1000.ko";
    MACHINE_INITRD_WITH_MISSING_DEPENDENCY = withDamagedModules "rm **/net_failover.ko";
    MACHINE_INITRD_WITH_MODULES_OF_ANOTHER_KERNEL = withDamagedModules "mv * 0.0.1";
    MACHINE_INITRD_WITH_BAD_ARGUMENT = "${withBadArgument.initrd}/initrd";
  };
}
