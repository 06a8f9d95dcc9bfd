// The demo machine's image after settings were put over it with `configure`.

use vm::Machine;

#[test]
fn settings_that_were_put_over_the_iso_override_those_in_it_and_the_image_keeps_its_identity() {
    assert_that_settings_are_read(Machine::from_iso(machine::ISO));
}

#[test]
fn settings_are_read_from_a_disk_under_uefi_as_well() {
    let machine = Machine::from_medium(machine::ISO, "nvme")
        .option(&["-m", "256"])
        .with_uefi(machine::CODE, machine::VARIABLES);
    assert_that_settings_are_read(machine);
}

fn assert_that_settings_are_read(machine: Machine) {
    let mut machine = machine.with_network_card_and_port("e1000", 81).boot();
    machine.wait_for("config: with a layer of settings over the image");
    machine.wait_for("network: eth0 10.0.2.15/16 via static, ");
    let identity = format!("image: {}\n", machine::IDENTITY);
    let page = machine.get();
    assert!(page.contains(&identity), "{page}");
    assert!(!machine.console().contains("warning: config: "));
    machine.assert_alive();
}
