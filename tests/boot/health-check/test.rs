// Programs that still run but no longer do what they are there for, and one that waits for a line of another.

use vm::Machine;

#[test]
fn a_program_that_answers_wrongly_is_started_again_and_the_others_go_on() {
    let words = "scratchmachine.grace=2";
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, words)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("late: waits for sick to print 'accepting connections'");
    machine.wait_for("late exited with status 0");
    machine.wait_for("warning: sick: check http://127.0.0.1:8080/healthz, 3 of 3: it answers 503");
    machine.wait_for("warning: sick: is unhealthy and has to end");
    machine.wait_for("warning: sick was killed by SIGTERM");
    machine.wait_for("sick: starts again in 1 s");
    machine.wait_for("warning: mute: check port 8081, 3 of 3: Connection refused");
    machine.wait_for("warning: mute: did not end in time and was killed");
    machine.wait_for("mute: starts again in 1 s");
    machine.wait_for_times("sick: started as process", 2);
    machine.wait_for_times("mute: started as process", 2);
    machine.assert_alive();
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
}
