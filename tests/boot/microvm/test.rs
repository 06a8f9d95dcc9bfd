// The demo machine as a hypervisor starts it by itself, through the PVH note of its kernel.

use vm::Machine;

#[test]
fn the_microvm_boots_without_firmware_and_answers_over_http() {
    let mut machine = Machine::from_microvm(machine::IMAGE, "")
        .with_virtio_card()
        .boot();
    machine.wait_for(&format!("image {}, Linux 6.", machine::IDENTITY));
    machine.wait_for("network: eth0 10.0.2.15/24");
    machine.wait_for("hello: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    assert!(!machine.console().contains("warning:"));
    machine.assert_alive();
}

#[test]
fn it_has_as_many_processors_as_it_is_given() {
    // the kernel logs it at the level of information
    let mut machine = Machine::from_microvm(machine::IMAGE, "loglevel=7")
        .option(&["-smp", "2"])
        .with_virtio_card()
        .boot();
    machine.wait_for("Brought up 1 node, 2 CPUs");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}
