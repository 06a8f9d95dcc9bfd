use vm::Machine;

#[test]
fn a_machine_without_a_network_card_says_so_and_runs_its_program_all_the_same() {
    let mut machine = Machine::from_image("MACHINE_INITRD", "")
        .without_network_card()
        .boot();
    let line = machine.wait_for("network: no Ethernet device yet");
    assert!(line.contains("has the machine a network card"), "{line}");
    machine.wait_for("network: not up after 10 s: the programs start without it");
    machine.wait_for("hello: listening on 0.0.0.0:80");
    assert!(!machine.console().contains("Ethernet configured"));
    machine.assert_alive();
}
