// A terminal on the serial console that stops its output with Ctrl-S, or never reads it.

use vm::Machine;

const CTRL_S: &str = "\u{13}";
const CTRL_Q: &str = "\u{11}";

#[test]
fn a_stuck_console_delays_nothing_and_later_shows_everything() {
    // programs that fail again and again, so that there is something to log
    let mut machine = Machine::from_image(machine::KERNEL, machine::FAILING_PROGRAMS, "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("crashes: starts again in 1 s");
    machine.type_in(CTRL_S);
    machine.wait_for_on_screen("init: Hello World!");
    machine.wait_for_on_screen("crashes: starts again in 4 s");
    assert!(!machine.console().contains("crashes: starts again in 4 s"));
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.type_in(CTRL_Q);
    machine.wait_for("crashes: starts again in 2 s");
    machine.wait_for("crashes: starts again in 4 s");
    machine.assert_alive();
}

#[test]
fn a_machine_powers_off_although_its_console_is_stuck() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    machine.type_in(CTRL_S);
    machine.press_power_button();
    assert!(machine.wait_for_end().success());
}
