// A program that does not end when it is asked to.

use vm::Machine;

#[test]
fn a_program_that_ignores_sigterm_is_killed_after_its_grace_period() {
    let mut machine =
        Machine::from_image(machine::KERNEL, machine::INITRD, "scratchmachine.grace=1")
            .with_network_card("e1000")
            .boot();
    machine.wait_for("stubborn: ignoring SIGTERM, SIGINT and SIGHUP");
    machine.press_ctrl_alt_del();
    machine.wait_for("hello was killed by SIGTERM");
    machine.wait_for("stubborn: did not end in time and was killed");
    machine.wait_for("exit status 0, reboot");
    assert!(machine.wait_for_end().success());
}
