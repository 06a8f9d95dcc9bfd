// Ctrl-Alt-Del on the machine's keyboard.

use vm::{Machine, Running};

fn boot(command_line: &str) -> Running {
    let machine = Machine::from_image(machine::KERNEL, machine::INITRD, command_line)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    machine
}

#[test]
fn ctrl_alt_del_ends_the_programs_and_reboots() {
    let mut machine = boot("");
    machine.press_ctrl_alt_del();
    machine.wait_for("SIGINT was received");
    machine.wait_for("hello was killed by SIGTERM");
    machine.wait_for("exit status 0, reboot");
    machine.wait_for("reboot: Restarting system");
    assert!(machine.wait_for_end().success());
}

#[test]
fn ctrl_alt_del_can_be_set_to_power_off() {
    let mut machine = boot("scratchmachine.signal.SIGINT=poweroff");
    machine.press_ctrl_alt_del();
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
}

#[test]
fn ctrl_alt_del_can_be_set_to_do_nothing() {
    let mut machine = boot("scratchmachine.signal.SIGINT=ignore");
    machine.press_ctrl_alt_del();
    // whatever the keys would do, they have done when this is answered
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.press_power_button();
    machine.wait_for("SIGPWR was received");
    assert!(machine.wait_for_end().success());
    assert!(!machine.console().contains("SIGINT was received"));
}
