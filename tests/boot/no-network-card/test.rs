// A machine without a network card.

use vm::Machine;

#[test]
fn a_missing_network_card_is_reported_and_the_program_runs_all_the_same() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .without_network_card()
        .boot();
    let line = machine.wait_for("network: no Ethernet device yet");
    assert!(
        line.contains("does the machine have a network card"),
        "{line}"
    );
    machine.wait_for("network: not up after 10 s: the programs start without it");
    machine.wait_for("hello: listening on 0.0.0.0:80");
    assert!(!machine.console().contains("Ethernet configured"));
    machine.assert_alive();
}
