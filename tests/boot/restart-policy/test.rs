//! Programs that end in different ways, each for itself, beside one that goes on.

use vm::Machine;

#[test]
fn however_a_program_ends_it_is_told_and_its_policy_says_whether_it_is_started_again() {
    // longer than anybody waits here
    let mut machine =
        Machine::from_image("MACHINE_INITRD_WITH_FAILURES", "scratchmachine.grace=3600")
            .with_network_card("e1000")
            .boot();
    machine.wait_for("crashes was killed by SIGSEGV");
    machine.wait_for("crashes: starts again in 1 s");
    // it can't say anything any more, but ends as all others
    machine.wait_for("mute exited with status 9");
    machine.wait_for("mute: starts again in 1 s");
    machine.wait_for("signalled was killed by signal 34");
    machine.wait_for("signalled: starts again in 2 s");
    machine.wait_for("fails exited with status 4");
    machine.wait_for("fails: starts again in 2 s");
    machine.wait_for("succeeds: is not started again");
    machine.wait_for_times("crashes was killed by SIGSEGV", 3);
    assert_eq!(machine.console().matches("succeeds: started").count(), 1);
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();

    // one that is stopped goes on to be ended
    machine.wait_for("stopped: stops");
    machine.press_power_button();
    machine.wait_for("stopped was killed by SIGTERM");
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
}
