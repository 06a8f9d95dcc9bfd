// Modules that can't be loaded: the log names each with its file and the reason, and the boot continues.

use vm::{Machine, Running};

fn boot(initrd: &str, card: &str) -> Running {
    // there will be no network to wait for
    Machine::from_image(machine::KERNEL, initrd, "scratchmachine.network_wait=1")
        .with_network_card(card)
        .boot()
}

fn assert_that_it_serves_without_network(mut machine: Running) {
    machine.wait_for("network: not up after 1 s: the programs start without it");
    machine.wait_for("hello: listening");
    machine.assert_alive();
}

#[test]
fn a_truncated_module_is_reported() {
    let machine = boot(machine::TRUNCATED, "e1000");
    let line = machine.wait_for("load module e1000 (/lib/modules/");
    let reason = "/e1000.ko): Exec format error: truncated, or built for another kernel?";
    assert!(line.contains(reason), "{line}");
    assert_that_it_serves_without_network(machine);
}

#[test]
fn a_module_that_was_built_for_another_kernel_is_reported_with_its_version_magic() {
    let machine = boot(machine::WRONG_VERSION_MAGIC, "e1000");
    machine.wait_for("e1000: version magic '");
    let line = machine.wait_for("load module e1000 (/lib/modules/");
    let reason = "/e1000.ko): Exec format error: truncated, or built for another kernel?";
    assert!(line.contains(reason), "{line}");
    assert_that_it_serves_without_network(machine);
}

#[test]
fn a_missing_dependency_and_the_module_that_needs_it_are_reported_and_all_others_are_loaded() {
    let machine = boot(machine::MISSING_DEPENDENCY, "virtio-net-pci");
    machine.wait_for("modules: virtio_pci for 0000:00:03.0");
    let line = machine.wait_for("load module net_failover (/lib/modules/");
    assert!(
        line.contains("/net_failover.ko): No such file or directory"),
        "{line}"
    );
    let line = machine.wait_for("load module virtio_net (/lib/modules/");
    let reason = "/virtio_net.ko): net_failover, which it depends on, is not loaded";
    assert!(line.contains(reason), "{line}");
    assert_that_it_serves_without_network(machine);
}

#[test]
fn modules_of_another_kernel_are_reported_with_both_releases() {
    let machine = boot(machine::ANOTHER_KERNEL, "e1000");
    let line = machine.wait_for("find modules for kernel 6.");
    assert!(
        line.contains(" in /lib/modules: they are for 0.0.1: "),
        "{line}"
    );
    assert_that_it_serves_without_network(machine);
}
