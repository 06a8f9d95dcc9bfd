# How long the demo machine takes from power-on until it serves, in nanoseconds of virtual time: one for each
# instruction, and idle time is skipped, so that it depends on nothing but the image and QEMU. It is no prediction
# for a clock on a wall, since no instruction is dearer than another.
{
  qemu_test,
  runCommand,
  mkMachine,
  demo,
  crates,
}:
let
  machine = mkMachine {
    name = "boot-time";
    programs = {
      hello = demo;
      clock = {
        program = "${crates.guest.package}/bin/misbehave";
        args = [ "print-ticks" ];
        restart = "never";
      };
    };
  };
in
runCommand "boot-time" { nativeBuildInputs = [ qemu_test ]; } ''
  qemu-system-x86_64 -machine pc -accel tcg -icount shift=0,sleep=off -rtc clock=vm,base=2020-01-01 -m 256 \
    -no-reboot -display none -nic user,model=e1000 -serial file:console \
    -cdrom ${machine.iso}/${machine.iso.file} </dev/null &
  trap 'cat console >&2' EXIT
  touch console
  timeout 600 bash -c 'until grep " ticks" console >ticks; do kill -0 $0; sleep 0.1; done' $!
  trap - EXIT
  kill $!
  grep -oE '[0-9]+ ticks' ticks | cut -d' ' -f1 >$out
  [[ -s $out ]]
''
