// The demo machine's kernel and initramfs, started by the hypervisor without firmware and boot loader.

use vm::Machine;

fn machine(command_line: &str) -> Machine {
    Machine::from_image(machine::KERNEL, machine::INITRD, command_line).with_network_card("e1000")
}

#[test]
fn kernel_and_initramfs_boot_without_firmware_and_answer_over_http() {
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

/// The kernel expects the interval timer's interrupt at a pin where QEMU has none, as on boards with wrong tables. It does
/// not check that (`no_timer_check`), since on a busy host the check may fail although the tables are right.
#[test]
fn a_timer_whose_interrupt_never_arrives_is_not_checked_and_does_not_stop_the_boot() {
    let mut machine = machine("acpi_skip_timer_override").boot();
    machine.wait_for("network: eth0 10.0.2.15/24");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    assert!(!machine.console().contains("MP-BIOS bug"));
    machine.assert_alive();
}
