# A runner: a machine in QEMU, the serial console in the terminal, a host port that leads to port 80.
{ pkgs }:
{
  name,
  # `nix run .#…`
  app,
  # QEMU's options for the machine and what it starts, as words of bash; and the model of its network card
  machine,
  card,
}:
pkgs.writeShellApplication {
  name = "${name}-${app}";
  runtimeInputs = [ pkgs.qemu_test ];
  text = ''
    name=${name} app=${app} card=${card}
    machine=(${machine})
  ''
  + builtins.readFile ./vm.sh;
}
