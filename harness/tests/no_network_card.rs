use harness::{Machine, image};

#[test]
fn a_machine_without_a_network_card_says_so_and_runs_its_program_all_the_same() {
    let mut machine = Machine::from_kernel(&image("MACHINE_KERNEL"), &image("MACHINE_INITRD"), "")
        .without_network_card()
        .boot();
    let line = machine.wait_for("network: find eth0: no such device");
    assert!(line.contains("has the machine a network card"), "{line}");
    machine.wait_for("hello: listening");
    assert!(!machine.console().contains("Ethernet configured"));
    machine.assert_alive();
}
