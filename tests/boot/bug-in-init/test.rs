// A bug in init, caused on purpose by the setting `scratchmachine.drill`.

use vm::Machine;

#[test]
fn a_bug_in_init_is_reported_and_the_machine_reboots() {
    let mut machine = Machine::from_image(
        machine::KERNEL,
        machine::INITRD,
        "scratchmachine.drill=1 panic=1",
    )
    .with_network_card("e1000")
    .boot();
    let line = machine.wait_for("init: bug in init: ");
    assert!(line.contains("scratchmachine.drill"), "{line}");
    machine.wait_for("init: reboot in 1 s");
    assert!(machine.wait_for_end().success());
}

#[test]
fn a_machine_that_must_not_reboot_stays_up_after_a_bug_in_init_and_shows_its_status() {
    let command_line = "scratchmachine.drill=1 panic=0 scratchmachine.status=80";
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, command_line)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("init: the machine stays as it is: panic=0");
    let status = machine.get();
    assert!(
        status.contains("network.address: eth0 10.0.2.15/24"),
        "{status}"
    );
    machine.assert_alive();
}
