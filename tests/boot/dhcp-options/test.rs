use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer, REQUEST, ROUTER, SERVER};
use std::net::Ipv4Addr;

#[test]
fn all_that_a_server_tells_is_used_even_from_overloaded_fields() {
    let server = DhcpServer::start(|question| {
        let mut answer = question
            .granted(ADDRESS, 3600)
            .option(6, &[10, 0, 2, 3, 0, 0, 0, 0, 9, 9, 9, 9])
            .option(15, b"example.org\0")
            .option(52, &[3]);
        // a route to 192.0.2.0/24, which takes the place of the router
        answer.file = [&[121, 8, 24, 192, 0, 2], &ROUTER.octets()[..], &[255]].concat();
        answer.sname = [&[12, 5], &b"web-1"[..], &[26, 2, 5, 120, 255]].concat();
        vec![answer]
    });
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for(
        "eth0 route 192.0.2.0/24 via 10.0.2.9, dns 10.0.2.3, dns 9.9.9.9, domain example.org, \
         host web-1, MTU 1400, leased by 10.0.2.2 for 3600 s",
    );
    machine.wait_for("hello: listening");
    assert!(server.echoes(SERVER, ADDRESS));
    assert!(server.echoes(Ipv4Addr::new(192, 0, 2, 1), ADDRESS));
    // there is no way to anybody else
    assert!(!server.echoes(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_router_outside_the_network_of_the_address_is_reached_all_the_same() {
    let server = DhcpServer::start(|question| {
        let answer = question.granted(ADDRESS, u32::MAX).without(1);
        vec![answer.option(1, &[255, 255, 255, 255])]
    });
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/32 via dhcp, ");
    machine.wait_for("eth0 gateway 10.0.2.2, leased by 10.0.2.2 for ever");
    machine.wait_for("hello: listening");
    assert!(server.echoes(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_server_that_is_careless_gives_a_lease_and_what_is_not_used_of_it_is_told() {
    let name = format!("web-1.{}.c.project.internal", "a".repeat(60));
    let told = name.clone();
    let server = DhcpServer::start(move |question| {
        let answer = question
            .granted(ADDRESS, 3600)
            .by_unicast()
            .option(121, &[])
            .option(12, told.as_bytes())
            .option(15, b"example.org.");
        // it does not say again which server it is
        let is_grant = question.kind == REQUEST;
        vec![if is_grant { answer.without(54) } else { answer }]
    });
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
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
    assert!(server.echoes(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    machine.assert_alive();
}
