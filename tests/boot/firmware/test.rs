// The demo machine's image under each firmware, in each medium: one file for all of them.
//
// A check boots what covers every kind once; nix run .#boot-test -- firmware boots all of it.

use vm::{Machine, Running, medium};

fn boot(image: &str, firmware: &str, medium: &str, chipset: &str) -> Running {
    let machine = Machine::from_medium(image, medium)
        .option(&["-machine", chipset, "-m", "256"])
        .with_network_card("e1000");
    match firmware {
        "bios" => machine,
        _ => machine.with_uefi(machine::CODE, machine::VARIABLES),
    }
    .boot()
}

fn assert_that_it_serves(firmware: &str, medium: &str, chipset: &str) {
    println!("{firmware}, {medium}, {chipset}");
    assert_that_image_serves(machine::ISO, firmware, medium, chipset);
}

fn assert_that_image_serves(image: &str, firmware: &str, medium: &str, chipset: &str) {
    let mut machine = serving(image, firmware, medium, chipset);
    machine.assert_alive();
}

/// The machine, which has answered.
fn serving(image: &str, firmware: &str, medium: &str, chipset: &str) -> Running {
    let machine = boot(image, firmware, medium, chipset);
    machine.wait_for("hello: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine
}

#[test]
fn a_bios_boots_it_from_a_disk_and_shows_it_on_the_screen() {
    let mut machine = serving(machine::ISO, "bios", "nvme", "q35");
    machine.wait_for_lines_in_picture(10);
    machine.assert_alive();
}

#[test]
fn a_disk_with_a_gpt_boots_under_both() {
    assert_that_image_serves(machine::GPT, "bios", "virtio-blk", "pc");
    assert_that_image_serves(machine::GPT, "uefi", "virtio-blk", "q35");
}

#[test]
fn a_bios_boots_it_from_a_usb_stick() {
    assert_that_it_serves("bios", "usb", "pc");
}

#[test]
fn uefi_boots_it_from_a_cd() {
    assert_that_it_serves("uefi", "cd", "q35");
}

#[test]
fn uefi_boots_it_from_a_disk_and_shows_it_on_the_screen_and_the_power_button_works() {
    let mut machine = serving(machine::ISO, "uefi", "virtio-blk", "q35");
    machine.wait_for_lines_in_picture(10);
    machine.press_power_button();
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
}

#[test]
fn an_image_of_25_megabytes_boots_from_a_disk_under_both() {
    assert_that_image_serves(machine::LARGE, "bios", "ahci", "q35");
    assert_that_image_serves(machine::LARGE, "uefi", "ahci", "q35");
}

#[test]
#[ignore = "the full matrix, of which the others cover each kind"]
fn every_firmware_boots_it_from_every_medium_on_every_chipset() {
    for firmware in ["bios", "uefi"] {
        for medium in medium::names() {
            for chipset in ["pc", "q35"] {
                assert_that_it_serves(firmware, medium, chipset);
            }
        }
    }
}
