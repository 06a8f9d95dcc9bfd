use vm::Machine;

#[test]
fn a_program_that_ends_is_told_with_its_status_and_started_again_ever_later() {
    let mut machine = Machine::from_image("MACHINE_INITRD_WITH_BAD_ARGUMENT", "")
        .with_network_card("e1000")
        .boot();
    let line = machine.wait_for("hello: \"not-a-port\" is not a port");
    assert!(line.contains("give one from 0"), "{line}");
    machine.wait_for_times("hello exited with status 1", 4);
    for seconds in [1, 2, 4] {
        machine.wait_for(&format!("hello: starts again in {seconds} s"));
    }
    machine.assert_alive();
}
