use vm::Machine;

#[test]
fn a_program_that_does_not_listen_to_sigterm_is_killed_after_its_grace() {
    let mut machine =
        Machine::from_image("MACHINE_INITRD_WITH_DEAF_PROGRAM", "scratchmachine.grace=1")
            .with_network_card("e1000")
            .boot();
    machine.wait_for("deaf: deaf to signals");
    machine.press_ctrl_alt_del();
    machine.wait_for("hello was killed by SIGTERM");
    machine.wait_for("deaf: did not end in time and was killed");
    machine.wait_for("exit status 0, reboot");
    assert!(machine.wait_for_end().success());
}
