//! Processes that their parents leave to PID 1.

use vm::Machine;

#[test]
fn orphans_are_reaped_and_what_a_program_leaves_behind_ends_with_it() {
    let mut machine = Machine::from_image("MACHINE_INITRD_WITH_LEAVERS", "")
        .with_network_card("e1000")
        .boot();
    // each time it leaves behind a process, in a session of its own, that keeps the port
    machine.wait_for_times("lingers: port 8080 is free", 3);
    assert!(!machine.console().contains("port 8080 is kept"));
    machine.wait_for("orphans: 10000 orphans, 0 zombies are left");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}
