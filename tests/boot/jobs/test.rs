// A machine all of whose programs are jobs: they are not restarted when they end.

use vm::Machine;

#[test]
fn when_all_jobs_have_ended_the_machine_reports_how_and_powers_off() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("first exited with status 0");
    // this signal has no name, and init is the tracer of this job
    machine.wait_for("second was killed by signal 34");
    machine.wait_for("third exited with status 3");
    machine.wait_for("all programs have ended");
    machine.wait_for("exit status 162, power off");
    assert!(machine.wait_for_end().success());
}
