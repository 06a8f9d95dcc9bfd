// A program that takes all memory.

use vm::Machine;

#[test]
fn a_program_that_takes_all_memory_is_killed_and_restarted_and_the_others_survive() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .option(&["-m", "64"])
        .with_network_card("e1000")
        .boot();
    machine.wait_for("hungry was killed by the kernel: out of memory");
    machine.wait_for("hungry: starts again in 2 s");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    assert!(!machine.console().contains("hello was killed"));
    machine.assert_alive();
}
