// Programs that end in different ways, each independent of the others, beside one that keeps running.

use vm::Machine;

#[test]
fn however_a_program_ends_it_is_reported_and_its_policy_decides_whether_it_is_restarted() {
    // longer than this test waits
    let mut machine = Machine::from_image(
        machine::KERNEL,
        machine::FAILING_PROGRAMS,
        "scratchmachine.grace=3600",
    )
    .with_network_card("e1000")
    .boot();
    machine.wait_for("crashes was killed by SIGSEGV");
    machine.wait_for("crashes: starts again in 1 s");
    // it has closed its output, and still its end is seen
    machine.wait_for("silent exited with status 9");
    machine.wait_for("silent: starts again in 1 s");
    machine.wait_for("signalled was killed by signal 34");
    machine.wait_for("signalled: starts again in 2 s");
    machine.wait_for("fails exited with status 4");
    machine.wait_for("fails: starts again in 2 s");
    machine.wait_for("succeeds: is not started again");
    machine.wait_for_times("crashes was killed by SIGSEGV", 3);
    assert_eq!(machine.console().matches("succeeds: started").count(), 1);
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();

    // one that is stopped is continued, so that it can end
    machine.wait_for("stopped: stopping");
    machine.press_power_button();
    machine.wait_for("stopped was killed by SIGTERM");
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
}

#[test]
fn a_program_that_fails_is_reported_with_its_status_and_restarted_at_growing_intervals() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::WRONG_ARGUMENT, "")
        .with_network_card("e1000")
        .boot();
    let line = machine.wait_for("hello: \"not-a-port\" is not a port");
    assert!(line.contains("give one from 0"), "{line}");
    machine.wait_for_times("hello exited with status 1", 4);
    for seconds in [1, 2, 4] {
        machine.wait_for(&format!("hello: starts again in {seconds} s"));
    }
    machine.assert_alive();
}
