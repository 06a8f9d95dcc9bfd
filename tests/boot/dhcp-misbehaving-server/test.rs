// DHCP servers that send what they must not, by mistake or on purpose.

use std::net::Ipv4Addr;
use vm::dhcp_server::{ADDRESS, DISCOVER, DhcpServer, REQUEST, ROUTER, SERVER};
use vm::{Machine, Running};

fn boot(server: &DhcpServer) -> Running {
    Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(server)
        .boot()
}

#[test]
fn impossible_offers_are_ignored_and_reported_with_the_reason() {
    let mut count = 0;
    let server = DhcpServer::start(move |query| {
        let good = |address| query.grant(address, 3600);
        count += 1;
        if count > 1 {
            return vec![good(ADDRESS)];
        }
        let mut other_transaction = good(ADDRESS);
        other_transaction.transaction ^= 1;
        let mut client_message = good(ADDRESS);
        client_message.operation = 1;
        let mut bootp = good(ADDRESS);
        bootp.cookie = [0; 4];
        let mut other_machine = good(Ipv4Addr::new(10, 0, 2, 66));
        other_machine.mac[5] ^= 1;
        let mut truncated = good(ADDRESS);
        truncated.options.extend([6, 200, 10, 0, 2]);
        let mut twice = good(ADDRESS);
        // the parts of an option that occurs twice are joined: this is not a number of seconds any more
        twice = twice.without(51).option(51, &[0, 0]).option(51, &[0, 0]);
        vec![
            other_transaction,
            client_message,
            bootp,
            other_machine,
            truncated,
            twice,
            query.grant(ADDRESS, 0),
            good(ADDRESS).without(1).option(1, &[255, 0, 255, 0]),
            good(Ipv4Addr::BROADCAST),
            good(Ipv4Addr::new(10, 0, 2, 255)),
        ]
    });
    let mut machine = boot(&server);
    let reasons = [
        "message from 10.0.2.2 ignored: it answers another request",
        "ignored: it is a client's request",
        "ignored: it is BOOTP, not DHCP",
        "ignored: option 6 is truncated",
        "ignored: a lease of 0 s is too short",
        "ignored: 255.0.255.0 is not a netmask",
        "ignored: 255.255.255.255 can't be a host's address",
        "ignored: 10.0.2.255 can't be a host's address",
    ];
    for reason in reasons {
        machine.wait_for(reason);
    }
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    assert!(!machine.console().contains("10.0.2.66"));
    machine.assert_alive();
}

#[test]
fn a_server_that_was_not_asked_can_neither_grant_nor_refuse() {
    let server = DhcpServer::start(move |query| {
        let honest = query.grant(ADDRESS, 3600);
        if query.kind == DISCOVER {
            return vec![honest];
        }
        let other = honest.clone().without(54).option(54, &ROUTER.octets());
        let refusal = query.nak().without(54).option(54, &ROUTER.octets());
        let other_address = query.grant(Ipv4Addr::new(10, 0, 2, 66), 3600);
        // a server without an identifier is identified by its address
        vec![other, refusal, other_address, honest.without(54)]
    });
    let mut machine = boot(&server);
    machine.wait_for("ignored: 10.0.2.9 was not asked");
    machine.wait_for("ignored: 10.0.2.66 is not what was offered");
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.assert_alive();
}

#[test]
fn a_server_that_withdraws_its_offers_is_asked_at_growing_intervals() {
    let mut refusals = 3;
    let server = DhcpServer::start(move |query| {
        if query.kind == DISCOVER {
            return vec![query.grant(ADDRESS, 3600)];
        }
        if refusals > 0 {
            refusals -= 1;
            return vec![query.nak()];
        }
        vec![query.grant(ADDRESS, 3600)]
    });
    let mut machine = boot(&server);
    machine.wait_for("ignored: the server withdrew its offer (NAK)");
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    let queries = server.queries();
    let time = queries.last().expect("there are queries").at - queries[0].at;
    // about 1 + 4 + 8 s
    assert!(time.as_secs() >= 9, "{time:?}");
    let request = server.wait_for("a request", |it| it.kind == REQUEST);
    assert_eq!(request.address(54), Some(SERVER));
    assert_eq!(request.address(50), Some(ADDRESS));
    machine.assert_alive();
}
