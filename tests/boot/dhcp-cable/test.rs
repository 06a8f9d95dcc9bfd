use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer, REQUEST};
use std::net::Ipv4Addr;

#[test]
fn a_lease_is_confirmed_when_the_cable_is_back_and_given_up_where_it_is_another_networks() {
    let another = Ipv4Addr::new(10, 0, 2, 77);
    let mut moved = false;
    let server = DhcpServer::start(move |question| {
        // a request that is neither about an offer nor from the address: is it still mine?
        let confirms = question.kind == REQUEST
            && question.address(54).is_none()
            && question.client.is_unspecified();
        match question.address(50) {
            // the first time it is; the second time the cable leads somewhere else
            Some(ADDRESS) if confirms && moved => vec![question.refused()],
            Some(ADDRESS) if confirms => {
                moved = true;
                vec![question.granted(ADDRESS, 1800)]
            }
            _ => vec![question.granted(if moved { another } else { ADDRESS }, 3600)],
        }
    });
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.set_link(false);
    machine.wait_for("network: eth0 has lost its carrier");
    machine.set_link(true);
    machine.wait_for("network: eth0 10.0.2.15/24 confirmed by 10.0.2.2 for 1800 s");
    machine.set_link(false);
    machine.wait_for_times("network: eth0 has lost its carrier", 2);
    machine.set_link(true);
    machine.wait_for("eth0 10.0.2.15/24 is taken away: the server refuses it (NAK)");
    machine.wait_for("network: eth0 10.0.2.77/24 via dhcp, ");
    assert!(server.finds(another));
    assert!(!server.finds(ADDRESS));
    // an address is announced when it is new, and not when it is confirmed
    assert_eq!(server.announced(), [ADDRESS, another]);
    machine.assert_alive();
}

#[test]
fn of_two_cards_the_one_whose_cable_is_in_is_used_and_the_other_is_named_with_the_word_for_it() {
    let server = DhcpServer::start(|question| vec![question.granted(ADDRESS, 3600)]);
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .option(&["-netdev", "user,id=other,net=10.9.9.0/24"])
        .option(&["-device", "e1000,netdev=other,mac=52:54:00:00:00:01"])
        .with_cable_to(&server)
        .boot();
    machine.monitor("set_link other off");
    machine.set_link(false);
    machine.wait_for("network: eth0 has no carrier yet: is its cable in?");
    machine.wait_for("network: eth1 has no carrier yet: is its cable in?");
    machine.set_link(true);
    machine.wait_for("network: eth1 is there, 52:54:00:");
    machine.wait_for(
        "network: eth0 is there too, 52:54:00:00:00:01, with no carrier: ip=:::::eth0:dhcp would choose it",
    );
    machine.wait_for("network: eth1 10.0.2.15/24 via dhcp, ");
    assert!(server.finds(ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_card_without_a_cable_and_an_address_leaves_the_network_to_another_and_so_does_one_that_is_pulled_out()
 {
    let server = DhcpServer::start(|question| vec![question.granted(ADDRESS, 10)]);
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_cable_to(&server)
        // a cable on which nobody answers
        .option(&["-netdev", "hubport,id=mute,hubid=7"])
        .option(&["-device", "e1000,netdev=mute,id=mute,mac=52:54:00:00:00:01"])
        .boot();
    machine.wait_for("network: eth1 is there too, 52:54:00:00:00:01");
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("hello: listening");
    machine.set_link(false);
    machine.wait_for("network: eth0 10.0.2.15/24 is taken away: its lease has expired");
    machine.wait_for("network: eth1 is there, 52:54:00:00:00:01");
    machine.monitor("device_del mute");
    machine.wait_for("network: eth1 is gone");
    machine.set_link(true);
    machine.wait_for_times("network: eth0 10.0.2.15/24 via dhcp, ", 2);
    assert!(server.finds(ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_machine_whose_cable_is_out_says_so_and_is_configured_once_it_is_in() {
    let server = DhcpServer::start(|question| vec![question.granted(ADDRESS, 3600)]);
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.set_link(false);
    machine.wait_for("network: eth0 has no carrier yet: is its cable in?");
    assert!(server.questions().is_empty());
    machine.wait_for("hello: listening");
    machine.set_link(true);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.assert_alive();
}
