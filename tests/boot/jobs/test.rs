use vm::Machine;

#[test]
fn when_all_jobs_are_done_the_machine_tells_how_they_ended_and_powers_off() {
    let mut machine = Machine::from_image("MACHINE_INITRD_WITH_JOBS", "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("first exited with status 0");
    // that signal has no name, and the job has made init its tracer
    machine.wait_for("second was killed by signal 34");
    machine.wait_for("third exited with status 3");
    machine.wait_for("all programs have ended");
    machine.wait_for("exit status 162, power off");
    assert!(machine.wait_for_end().success());
}
