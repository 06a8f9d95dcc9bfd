use vm::Machine;

#[test]
fn a_program_that_takes_all_memory_is_killed_and_started_again_and_the_others_live() {
    let mut machine = Machine::from_image("MACHINE_INITRD_WITH_GLUTTON", "")
        .option(&["-m", "64"])
        .with_network_card("e1000")
        .boot();
    machine.wait_for("glutton was killed by the kernel: out of memory");
    machine.wait_for("glutton: starts again in 2 s");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    assert!(!machine.console().contains("hello was killed"));
    machine.assert_alive();
}
