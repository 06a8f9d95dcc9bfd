// Processes whose parents end before them, so that PID 1 becomes their parent.

use vm::Machine;

#[test]
fn orphans_are_reaped_and_what_a_program_leaves_behind_ends_with_it() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    // each time it leaves behind a process, in a session of its own, that listens on the port
    machine.wait_for_times("lingers: port 8080 is free", 3);
    assert!(!machine.console().contains("port 8080 is taken"));
    // on a busy host, all of them may take longer than any single event
    for count in (1000..=10_000).step_by(1000) {
        machine.wait_for(&format!("orphans: {count} of 10000 orphans"));
    }
    machine.wait_for("orphans: 10000 orphans, 0 zombies left");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}
