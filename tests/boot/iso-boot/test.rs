use vm::{Machine, image};

#[test]
fn the_iso_boots_through_the_bios_and_isolinux_and_greets_over_http() {
    let mut machine = Machine::from_iso("MACHINE_ISO")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("ISOLINUX");
    machine.wait_for("Loading /bzImage... ok");
    machine.wait_for("Loading /initrd...ok");
    machine.wait_for("Hello World!");
    let identity = image("MACHINE_IDENTITY");
    machine.wait_for(&format!("image {identity}, Linux 6."));
    machine.wait_for("modules: e1000 for 0000:00:03.0, ");
    machine.wait_for("network: eth0 10.0.2.15/24");
    machine.wait_for("Ethernet configured");
    machine.wait_for("hello: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

#[test]
fn the_iso_boots_whatever_is_locked_held_and_typed_before() {
    // the firmware waits for a key, so that there is time for others
    let mut machine = Machine::from_iso("MACHINE_ISO")
        .option(&["-boot", "menu=on,splash-time=60000"])
        .without_network_card()
        .boot();
    machine.wait_for_on_screen("Press ESC for boot menu");
    machine.type_in("noise\r");
    // the first key that is more than a lock ends the waiting
    for key in ["caps_lock", "scroll_lock", "x", "y", "ret"] {
        machine.monitor(&format!("sendkey {key}"));
    }
    // as good as for ever, in milliseconds
    machine.monitor("sendkey shift_r 1000000");
    machine.wait_for("Linux version");
    let console = machine.console();
    assert!(!console.contains("\nboot:"), "{console}");
    machine.assert_alive();
}
