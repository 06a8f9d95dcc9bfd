// The demo machine's ISO after settings were put over it with `configure`.

use vm::Machine;

#[test]
fn settings_that_were_put_over_the_iso_override_those_in_it_and_the_image_keeps_its_identity() {
    let mut machine = Machine::from_iso(machine::ISO)
        .with_network_card_and_port("e1000", 81)
        .boot();
    machine.wait_for("Loading /settings...ok");
    machine.wait_for("config: with a layer of settings over the image");
    machine.wait_for("network: eth0 10.0.2.15/16 via static, ");
    let identity = format!("image: {}\n", machine::IDENTITY);
    let page = machine.get();
    assert!(page.contains(&identity), "{page}");
    assert!(!machine.console().contains("warning: config: "));
    machine.assert_alive();
}
