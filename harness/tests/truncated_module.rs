use harness::{Machine, image};

#[test]
fn a_truncated_module_is_named_with_its_file_and_the_boot_goes_on() {
    let initrd = image("MACHINE_INITRD_WITH_TRUNCATED_MODULE");
    let mut machine = Machine::from_kernel(&image("MACHINE_KERNEL"), &initrd, "")
        .with_network_card("e1000")
        .boot();
    let line = machine.wait_for("load module e1000 (/lib/modules/");
    assert!(
        line.contains("/e1000.ko): Exec format error: truncated"),
        "{line}"
    );
    machine.wait_for("network: find eth0: no such device");
    machine.wait_for("hello: listening");
    machine.assert_alive();
}
