// A machine without a console.

use vm::{Machine, TIMEOUT};

#[test]
fn a_machine_whose_kernel_has_no_console_serves_and_powers_off() {
    // PID 1 starts without standard streams
    let command_line = "console=null panic=5 scratchmachine.status=81";
    let mut machine =
        Machine::from_image_with_command_line(machine::KERNEL, machine::INITRD, command_line)
            .without_serial_port()
            .with_network_card_and_port("e1000", 81)
            .boot();
    assert!(machine.answers_within(TIMEOUT));
    let status = machine.get();
    assert!(status.contains("network.address: eth0"), "{status}");
    assert!(status.contains("programs.hello.restarts: 0"), "{status}");
    assert!(!status.contains("programs.hello.process: none"), "{status}");
    machine.press_power_button();
    assert!(machine.wait_for_end().success());
}
