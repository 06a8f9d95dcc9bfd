use vm::{Machine, PATIENCE};
use std::net::UdpSocket;

fn machine(command_line: &str) -> Machine {
    Machine::from_image("MACHINE_INITRD", command_line).with_network_card("e1000")
}

#[test]
fn kernel_and_initramfs_boot_without_firmware_and_greet_over_http() {
    let mut machine = machine("").boot();
    machine.wait_for("Ethernet configured");
    machine.wait_for("hello: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

#[test]
fn an_address_on_the_command_line_overrides_the_one_in_the_image() {
    let mut machine = machine("ip=10.0.2.99:::255.255.0.0").boot();
    machine.wait_for("network: eth0 10.0.2.99/16");
    machine.assert_alive();
}

#[test]
fn a_setting_that_makes_no_sense_is_named_and_the_machine_still_greets() {
    let collector = UdpSocket::bind("127.0.0.1:0").expect("bind a free port");
    collector.set_read_timeout(Some(PATIENCE)).expect("set it");
    let port = collector.local_addr().expect("it is bound").port();
    // the kernel takes every name
    let mut machine = machine(&format!(
        "ip=10.0.2 hostname=my_vm scratchmachine.log=udp://10.0.2.2:{port} scratchmachine.colour=red \"unclosed"
    ))
    .boot();
    machine.wait_for("'ip=10.0.2' was passed over");
    machine.wait_for("'hostname=my_vm' was passed over");
    machine.wait_for("'scratchmachine.colour=red' is not a setting that is known here");
    machine.wait_for("network: eth0 10.0.2.15/24");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    let mut message = [0; 2048];
    let length = collector.recv(&mut message).expect("hear from the machine");
    let message = String::from_utf8_lossy(&message[..length]);
    // <PRIORITY>VERSION TIMESTAMP HOSTNAME
    assert_eq!(message.split(' ').nth(2), Some("-"), "{message}");
    machine.assert_alive();
}

/// The kernel believes that the interval timer's interrupt arrives at a pin where QEMU has none, as it does on boards
/// with wrong tables. It does not check that (`no_timer_check`), since a busy host may fail the check with a right one.
#[test]
fn a_timer_whose_interrupt_never_arrives_neither_is_checked_nor_stops_the_boot() {
    let mut machine = machine("acpi_skip_timer_override").boot();
    machine.wait_for("network: eth0 10.0.2.15/24");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    assert!(
        !machine.console().contains("MP-BIOS bug"),
        "{}",
        machine.console()
    );
    machine.assert_alive();
}
