// Two programs that listen on the same port.

use vm::Machine;

#[test]
fn of_two_programs_that_listen_on_one_port_the_second_fails_and_says_that_the_port_is_taken() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    let line = machine.wait_for("cannot listen on port 80: ");
    assert!(line.contains("stop what uses it"), "{line}");
    machine.wait_for(" exited with status 1");
    machine.wait_for(": starts again in 2 s");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}
