// What the kernel's command line says about modules.

use vm::Machine;

fn machine(command_line: &str) -> Machine {
    Machine::from_image(machine::KERNEL, machine::INITRD, command_line).with_network_card("e1000")
}

#[test]
fn parameters_on_the_command_line_reach_their_module() {
    let mut machine = machine("e1000.Speed=100 e1000.Duplex=2").boot();
    // QEMU's card reports 1000 Mbps whatever the driver sets, so the test looks at what the driver logs
    machine.wait_for("Forcing to 100 Mbps Full Duplex");
    machine.wait_for("modules: e1000 for 0000:00:03.0");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

#[test]
fn a_parameter_that_the_module_refuses_is_reported_and_the_program_runs_all_the_same() {
    let mut machine = machine("e1000.Speed=fast scratchmachine.network_wait=1").boot();
    let line = machine.wait_for("load module e1000 (/lib/modules/");
    assert!(line.contains("/e1000.ko): Invalid argument"), "{line}");
    machine.wait_for("hello: listening");
    machine.assert_alive();
}

#[test]
fn a_parameter_that_the_module_does_not_know_does_no_harm() {
    let mut machine = machine("e1000.Colour=red virtio-net.csum=0").boot();
    machine.wait_for("e1000: unknown parameter 'Colour' ignored");
    machine.wait_for("modules: e1000 for 0000:00:03.0");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

#[test]
fn a_blacklisted_module_is_reported_once_and_not_loaded() {
    let mut machine = machine("module_blacklist=floppy,e1000 scratchmachine.network_wait=1").boot();
    let report = "/e1000.ko): it is blacklisted (module_blacklist=)";
    machine.wait_for(report);
    machine.wait_for("hello: listening");
    assert_eq!(machine.console().matches(report).count(), 1);
    assert!(!machine.console().contains("modules: e1000"));
    machine.assert_alive();
}
