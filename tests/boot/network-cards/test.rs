// An image with the drivers of all network cards: each machine loads the one for its card.

use vm::Machine;

/// The drivers in the image whose cards QEMU has, and its name for the card of each.
const CARDS: [(&str, &str); 8] = [
    ("8139cp", "rtl8139"),
    ("e1000", "e1000"),
    ("e1000e", "e1000e"),
    ("igb", "igb"),
    ("pcnet32", "pcnet"),
    ("tulip", "tulip"),
    ("virtio_net", "virtio-net-pci"),
    ("vmxnet3", "vmxnet3"),
];

fn assert_that_it_serves_with_only_the_driver(driver: &str) {
    let (_, card) = CARDS
        .into_iter()
        .find(|(name, _)| *name == driver)
        .expect("a driver that is in the image");
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .option(&["-machine", "q35"])
        .with_network_card(card)
        .boot();
    machine.wait_for(&format!("modules: {driver} for "));
    machine.wait_for("network: eth0 10.0.2.15/24");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    // QEMU's e1000 receives nothing for a second after its driver has written to the receive control register
    let answered = machine.wait_for(" ms after a group was joined");
    let words: Vec<&str> = answered.split(' ').collect();
    let at = words.iter().position(|word| *word == "ms").expect("a time");
    let milliseconds: u32 = words[at - 1].parse().expect("a number");
    assert!(milliseconds < 500, "{answered}");
    for (other, _) in CARDS {
        let is_loaded = machine
            .console()
            .contains(&format!("modules: {other} for "));
        assert_eq!(is_loaded, other == driver, "{other}");
    }
    machine.assert_alive();
}

#[test]
fn an_e1000_gets_its_driver_and_no_other() {
    assert_that_it_serves_with_only_the_driver("e1000");
}

#[test]
fn an_e1000e_gets_its_driver_and_no_other() {
    assert_that_it_serves_with_only_the_driver("e1000e");
}

#[test]
fn a_virtio_card_gets_its_bus_and_then_its_driver_and_no_other() {
    assert_that_it_serves_with_only_the_driver("virtio_net");
}

#[test]
fn an_igb_gets_its_driver_and_no_other() {
    assert_that_it_serves_with_only_the_driver("igb");
}

#[test]
fn an_rtl8139_gets_its_driver_and_no_other() {
    assert_that_it_serves_with_only_the_driver("8139cp");
}

#[test]
fn a_pcnet_gets_its_driver_and_no_other() {
    assert_that_it_serves_with_only_the_driver("pcnet32");
}

#[test]
fn a_tulip_gets_its_driver_and_no_other() {
    assert_that_it_serves_with_only_the_driver("tulip");
}

#[test]
fn a_vmxnet3_gets_its_driver_and_no_other() {
    assert_that_it_serves_with_only_the_driver("vmxnet3");
}

#[test]
fn cards_are_named_in_the_order_of_their_slots_whatever_their_drivers() {
    let slots = [
        ("virtio-net-pci", 3),
        ("e1000", 4),
        ("virtio-net-pci", 5),
        ("vmxnet3", 9),
        ("e1000", 10),
    ];
    // added from the last to the first
    let machine = slots.iter().rev().fold(
        Machine::from_image(machine::KERNEL, machine::INITRD, "").option(&["-nic", "none"]),
        |machine, (card, slot)| {
            let card = format!("{card},addr={slot:#x},mac=52:54:00:00:00:{slot:02x}");
            machine.option(&["-device", &card])
        },
    );
    let mut machine = machine.boot();
    machine.wait_for("modules: e1000 for 0000:00:04.0");
    machine.wait_for("modules: vmxnet3 for 0000:00:09.0");
    machine.wait_for("network: eth0 found, 52:54:00:00:00:03");
    for (number, (_, slot)) in slots.iter().enumerate().skip(1) {
        machine.wait_for(&format!(
            "network: eth{number} found too, 52:54:00:00:00:{slot:02x}, with "
        ));
    }
    machine.assert_alive();
}

#[test]
fn a_card_without_a_driver_in_the_image_is_named_with_the_module_that_it_needs() {
    let words = "scratchmachine.network_wait=1";
    let mut machine = Machine::from_image(machine::KERNEL, machine::ONLY_E1000, words)
        .with_network_card("rtl8139")
        .boot();
    machine.wait_for(
        "find a driver for the network card 0000:00:03.0 (10ec:8139): the image lacks the module 8139cp: \
         add it to the machine's modules, or leave them out and have all",
    );
    machine.wait_for("hello: listening");
    machine.assert_alive();
}
