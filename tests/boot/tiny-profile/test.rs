// A machine of the profile `tiny`.

use vm::Machine;

#[test]
fn a_tiny_machine_answers_and_logs_no_warning() {
    let mut machine = Machine::from_iso(machine::ISO)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24");
    machine.wait_for("answer: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    assert!(!machine.console().contains("warning:"));
    machine.assert_alive();
}
