use vm::Machine;

#[test]
fn a_program_has_a_user_of_its_own_and_gets_nothing_but_what_it_was_promised() {
    let mut machine = Machine::from_image("MACHINE_INITRD_WITH_TRESPASSER", "")
        .with_network_card("e1000")
        .boot();
    // hello, before it by name, is user 10000
    machine.wait_for("trespasser: user 10001, group 10001");
    let line = machine.wait_for(" rights are missing");
    assert!(
        line.ends_with(" tries: 0 got through, 0 rights are missing"),
        "{}",
        machine.console()
    );
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}
