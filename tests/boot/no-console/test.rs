//! Machines that nobody hears.

use vm::{Machine, PATIENCE, Running};

fn serves_and_ends(mut machine: Running) {
    assert!(machine.comes_to_answer(PATIENCE));
    let status = machine.get();
    assert!(status.contains("network.address: eth0"), "{status}");
    assert!(status.contains("programs.hello.restarts: 0"), "{status}");
    assert!(!status.contains("programs.hello.process: none"), "{status}");
    machine.press_power_button();
    assert!(machine.wait_for_end().success());
}

#[test]
fn a_machine_whose_kernel_has_no_console_serves_and_ends() {
    // PID 1 starts without standard streams
    let command_line = "console=null panic=5 scratchmachine.status=81";
    let machine = Machine::from_image_and_nothing_but("MACHINE_INITRD", command_line)
        .without_serial_port()
        .with_network_card_and_port("e1000", 81);
    serves_and_ends(machine.boot());
}
