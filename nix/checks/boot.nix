# The boot tests: the harness's own tests, with the images they look at. A machine that is broken on
# purpose is the demo machine with one thing exchanged.
{
  pkgs,
  mkMachine,
  machine,
  crates,
}:
let
  truncatedModules = pkgs.runCommand "truncated-modules" { } ''
    cp -r --no-preserve=mode ${machine.modules} $out
    for module in $(find $out -name '*.ko'); do
      truncate --size=-4096 $module
    done
  '';
  withTruncatedModule = import ../initrd.nix { inherit pkgs; } {
    inherit (machine) init program;
    inherit (machine.iso) settings;
    modules = truncatedModules;
  };
  withBadArgument = mkMachine {
    program = "${crates.hello.package}/bin/hello";
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
    MACHINE_INITRD_WITH_TRUNCATED_MODULE = "${withTruncatedModule}/initrd";
    MACHINE_INITRD_WITH_BAD_ARGUMENT = "${withBadArgument.initrd}/initrd";
  };
}
