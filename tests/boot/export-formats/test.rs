// The demo machine's image in the formats of hypervisors, as far as QEMU knows them.

use vm::{Machine, Running};

fn assert_that_it_serves(mut machine: Running) {
    machine.wait_for(&format!("image {}, Linux 6.", machine::IDENTITY));
    machine.wait_for("hello: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

fn assert_that_disk_serves(file: &str, format: &str, medium: &str) {
    let machine = Machine::from_disk(file, format, medium);
    assert_that_it_serves(machine.with_network_card("e1000").boot());
}

#[test]
fn a_qcow2_boots() {
    assert_that_disk_serves(machine::QCOW2, "qcow2", "virtio-scsi");
}

#[test]
fn a_vmdk_boots() {
    assert_that_disk_serves(machine::VMDK, "vmdk", "ide");
}

#[test]
fn a_vhd_boots() {
    // QEMU's name for it
    assert_that_disk_serves(machine::VHD, "vpc", "ide");
}

#[test]
fn a_vhdx_boots_under_uefi() {
    let machine = Machine::from_disk(machine::VHDX, "vhdx", "virtio-scsi")
        .option(&["-machine", "q35", "-m", "256"])
        .with_uefi(machine::CODE, machine::VARIABLES)
        .with_network_card("e1000");
    assert_that_it_serves(machine.boot());
}

#[test]
fn a_unified_kernel_image_boots_under_uefi() {
    // a FAT that QEMU makes of a directory
    let drive = format!("if=virtio,format=raw,readonly=on,file=fat:{}", machine::UKI);
    let machine = Machine::from_nothing()
        .option(&["-machine", "q35", "-m", "256", "-drive", &drive])
        .with_uefi(machine::CODE, machine::VARIABLES)
        .with_network_card("e1000");
    assert_that_it_serves(machine.boot());
}

#[test]
fn the_network_boots_it() {
    // a card whose ROM is iPXE, and QEMU as the server
    let server = format!("tftp={},bootfile=boot.ipxe", machine::NETBOOT);
    let machine = Machine::from_nothing()
        .option(&["-m", "256", "-boot", "n"])
        .with_network_card_and("e1000", &server);
    assert_that_it_serves(machine.boot());
}
