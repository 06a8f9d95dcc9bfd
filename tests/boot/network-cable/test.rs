// Network cables that are unplugged and plugged in again.

use std::net::Ipv4Addr;
use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer, REQUEST};

#[test]
fn a_lease_is_confirmed_when_the_cable_is_back_and_given_up_if_that_leads_to_another_network() {
    let another = Ipv4Addr::new(10, 0, 2, 77);
    let mut moved = false;
    let server = DhcpServer::start(move |query| {
        // a request that neither accepts an offer nor comes from the address asks whether the lease is still valid
        let confirms =
            query.kind == REQUEST && query.address(54).is_none() && query.client.is_unspecified();
        match query.address(50) {
            // the first time it is; the second time the cable leads to another network
            Some(ADDRESS) if confirms && moved => vec![query.nak()],
            Some(ADDRESS) if confirms => {
                moved = true;
                vec![query.grant(ADDRESS, 1800)]
            }
            _ => vec![query.grant(if moved { another } else { ADDRESS }, 3600)],
        }
    });
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
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
    machine.wait_for("eth0 10.0.2.15/24 is removed: the server refused it (NAK)");
    machine.wait_for("network: eth0 10.0.2.77/24 via dhcp, ");
    assert!(server.resolves(another));
    assert!(!server.resolves(ADDRESS));
    // an address is announced when it is new, and not when it is confirmed
    assert_eq!(server.announced(), [ADDRESS, another]);
    machine.assert_alive();
}

#[test]
fn of_two_cards_the_one_with_a_cable_is_used_and_the_log_tells_how_to_choose_the_other() {
    let server = DhcpServer::start(|query| vec![query.grant(ADDRESS, 3600)]);
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .option(&["-netdev", "user,id=other,net=10.9.9.0/24"])
        .option(&["-device", "e1000,netdev=other,mac=52:54:00:00:00:01"])
        .with_cable_to(&server)
        .boot();
    machine.monitor("set_link other off");
    machine.set_link(false);
    machine.wait_for("network: eth0 has no carrier yet: is its cable in?");
    machine.wait_for("network: eth1 has no carrier yet: is its cable in?");
    machine.set_link(true);
    machine.wait_for("network: eth1 found, 52:54:00:");
    machine.wait_for(
        "network: eth0 found too, 52:54:00:00:00:01, with no carrier: ip=:::::eth0:dhcp would choose it",
    );
    machine.wait_for("network: eth1 10.0.2.15/24 via dhcp, ");
    assert!(server.resolves(ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_card_that_loses_its_cable_and_its_lease_hands_over_to_another_and_so_does_one_that_is_removed()
{
    let server = DhcpServer::start(|query| vec![query.grant(ADDRESS, 10)]);
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(&server)
        // a cable that leads nowhere
        .option(&["-netdev", "hubport,id=other,hubid=7"])
        .option(&[
            "-device",
            "e1000,netdev=other,id=other,mac=52:54:00:00:00:01",
        ])
        .boot();
    machine.wait_for("network: eth1 found too, 52:54:00:00:00:01");
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("hello: listening");
    machine.set_link(false);
    machine.wait_for("network: eth0 10.0.2.15/24 is removed: its lease has expired");
    machine.wait_for("network: eth1 found, 52:54:00:00:00:01");
    machine.monitor("device_del other");
    machine.wait_for("network: eth1 is gone");
    machine.set_link(true);
    machine.wait_for_times("network: eth0 10.0.2.15/24 via dhcp, ", 2);
    assert!(server.resolves(ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_missing_cable_is_reported_and_the_machine_is_configured_once_it_is_plugged_in() {
    let server = DhcpServer::start(|query| vec![query.grant(ADDRESS, 3600)]);
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.set_link(false);
    machine.wait_for("network: eth0 has no carrier yet: is its cable in?");
    assert!(server.queries().is_empty());
    machine.wait_for("hello: listening");
    machine.set_link(true);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.assert_alive();
}
