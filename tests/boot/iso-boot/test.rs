// The demo machine's ISO from power-on.

use vm::Machine;

#[test]
fn the_iso_boots_through_bios_and_isolinux_and_answers_over_http() {
    let mut machine = Machine::from_iso(machine::ISO)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("ISOLINUX");
    machine.wait_for("Loading /bzImage... ok");
    machine.wait_for("Loading /initrd...ok");
    machine.wait_for("Hello World!");
    machine.wait_for(&format!("image {}, Linux 6.", machine::IDENTITY));
    machine.wait_for("modules: e1000 for 0000:00:03.0, ");
    machine.wait_for("network: eth0 10.0.2.15/24");
    machine.wait_for("Ethernet configured");
    machine.wait_for("hello: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

#[test]
fn the_iso_boots_whatever_keys_are_locked_held_or_typed() {
    // the firmware waits for a key, so that there is time for the other keys
    let mut machine = Machine::from_iso(machine::ISO)
        .option(&["-boot", "menu=on,splash-time=60000"])
        .without_network_card()
        .boot();
    machine.wait_for_on_screen("Press ESC for boot menu");
    machine.type_in("noise\r");
    // the first key that is not a lock ends the wait
    for key in ["caps_lock", "scroll_lock", "x", "y", "ret"] {
        machine.monitor(&format!("sendkey {key}"));
    }
    // in milliseconds: longer than the test lasts
    machine.monitor("sendkey shift_r 1000000");
    machine.wait_for("Linux version");
    assert!(!machine.console().contains("\nboot:"));
    machine.assert_alive();
}
