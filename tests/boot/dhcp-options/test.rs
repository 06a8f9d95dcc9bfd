// What DHCP servers tell a machine besides its address.

use std::net::Ipv4Addr;
use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer, REQUEST, ROUTER, SERVER};

#[test]
fn address_gateway_and_name_server_of_qemus_own_dhcp_server_are_used() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_network_card("e1000")
        .boot();
    let line = machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    assert!(line.ends_with(" ms"), "{line}");
    machine.wait_for("eth0 gateway 10.0.2.2, dns 10.0.2.3, leased by 10.0.2.2 for 86400 s");
    machine.wait_for("hello: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

#[test]
fn all_options_are_used_even_those_in_overloaded_fields() {
    let server = DhcpServer::start(|query| {
        let mut answer = query
            .grant(ADDRESS, 3600)
            .option(6, &[10, 0, 2, 3, 0, 0, 0, 0, 9, 9, 9, 9])
            .option(15, b"example.org\0")
            .option(52, &[3]);
        // a route to 192.0.2.0/24, which replaces the router
        answer.file = [&[121, 8, 24, 192, 0, 2], &ROUTER.octets()[..], &[255]].concat();
        answer.sname = [&[12, 5], &b"web-1"[..], &[26, 2, 5, 120, 255]].concat();
        vec![answer]
    });
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for(
        "eth0 route 192.0.2.0/24 via 10.0.2.9, dns 10.0.2.3, dns 9.9.9.9, domain example.org, \
         host web-1, MTU 1400, leased by 10.0.2.2 for 3600 s",
    );
    machine.wait_for("hello: listening");
    assert!(server.pings(SERVER, ADDRESS));
    assert!(server.pings(Ipv4Addr::new(192, 0, 2, 1), ADDRESS));
    // there is no route to any other host
    assert!(!server.pings(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_router_outside_the_subnet_of_the_address_is_reached_all_the_same() {
    let server = DhcpServer::start(|query| {
        let answer = query.grant(ADDRESS, u32::MAX).without(1);
        vec![answer.option(1, &[255, 255, 255, 255])]
    });
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/32 via dhcp, ");
    machine.wait_for("eth0 gateway 10.0.2.2, leased by 10.0.2.2 forever");
    machine.wait_for("hello: listening");
    assert!(server.pings(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    machine.assert_alive();
}

#[test]
fn the_lease_of_a_careless_server_is_used_and_its_unusable_options_are_reported() {
    let name = format!("web-1.{}.c.project.internal", "a".repeat(60));
    let sent = name.clone();
    let server = DhcpServer::start(move |query| {
        let answer = query
            .grant(ADDRESS, 3600)
            .unicast()
            .option(121, &[])
            .option(12, sent.as_bytes())
            .option(15, b"example.org.");
        // in the acknowledgement it does not identify itself again
        let is_acknowledgement = query.kind == REQUEST;
        vec![if is_acknowledgement {
            answer.without(54)
        } else {
            answer
        }]
    });
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    let lease = "warning: network: eth0 lease of 10.0.2.2: option";
    machine.wait_for(&format!(
        "{lease} 121 (classless routes): malformed, not used"
    ));
    let shown = &name[..64];
    machine.wait_for(&format!(
        "{lease} 12 (host name): '{shown}' can't be the machine's name, 'web-1' is used"
    ));
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for(
        "eth0 gateway 10.0.2.2, domain example.org, host web-1, leased by 10.0.2.2 for 3600 s",
    );
    assert!(server.pings(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    machine.assert_alive();
}
