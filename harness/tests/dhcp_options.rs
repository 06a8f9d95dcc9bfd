use harness::Machine;
use harness::dhcp_server::{ADDRESS, DhcpServer, ROUTER, SERVER};
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
