// A network card that is added to a machine which is up.

use vm::{Machine, Running};

/// A machine that gets its network card when its program is up.
fn boot(command_line: &str) -> Running {
    let words = format!("scratchmachine.network_wait=0 {command_line}");
    let machine = Machine::from_image(machine::KERNEL, machine::INITRD, words)
        .with_loose_cable()
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    machine.monitor("device_add e1000,netdev=cable");
    // the kernel has found it: these are the IDs of an 82540EM
    machine.wait_for("[8086:100e]");
    machine
}

#[test]
fn with_hotplug_a_late_card_gets_its_driver_and_the_machine_its_network() {
    let mut machine = boot("scratchmachine.hotplug=1");
    machine.wait_for("modules: e1000 for 0000:00:");
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

#[test]
fn without_hotplug_a_late_card_gets_no_driver_and_does_no_harm() {
    let mut machine = boot("");
    machine.wait_for("network: no Ethernet device yet");
    assert!(!machine.console().contains("modules: e1000"));
    machine.assert_alive();
}
