# The runner: the ISO in QEMU, the serial console in the terminal, a host port that leads to port 80.
{ pkgs }:
{ name, iso }:
pkgs.writeShellApplication {
  name = "${name}-vm";
  runtimeInputs = [ pkgs.qemu_test ];
  text = ''
    name=${name}
    iso=${iso}/${iso.file}
  ''
  + builtins.readFile ./vm.sh;
}
