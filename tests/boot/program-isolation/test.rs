// A program that attempts everything that it is not allowed to do.

use vm::Machine;

#[test]
fn a_program_has_a_user_of_its_own_and_exactly_the_documented_rights() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    // hello, which precedes it by name, is user 10000
    machine.wait_for("trespasser: user 10001, group 10001");
    let line = machine.wait_for(" rights missing");
    assert!(
        line.ends_with(" attempts: 0 succeeded, 0 rights missing"),
        "{line}"
    );
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}
