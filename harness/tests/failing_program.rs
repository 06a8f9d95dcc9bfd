use harness::{Machine, image};

#[test]
fn a_program_that_ends_is_told_with_its_status_and_started_again() {
    let mut machine = Machine::from_kernel(
        &image("MACHINE_KERNEL"),
        &image("MACHINE_INITRD_WITH_BAD_ARGUMENT"),
        "",
    )
    .with_network_card("e1000")
    .boot();
    machine.wait_for("hello exited with status 1");
    machine.wait_for("hello: starts again in 1 s");
    machine.wait_for("hello: starts again in 2 s");
    machine.assert_alive();
}
