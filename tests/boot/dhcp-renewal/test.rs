use vm::dhcp_server::{ADDRESS, DhcpServer, REQUEST, SERVER};
use vm::{Machine, Running};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

const LEASE: u32 = 6;

fn boot(server: &DhcpServer) -> Running {
    Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_cable_to(server)
        .boot()
}

#[test]
fn a_lease_is_renewed_by_its_server_after_half_its_time_and_nobody_notices() {
    let server = DhcpServer::start(|question| vec![question.granted(ADDRESS, LEASE)]);
    let mut machine = boot(&server);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("network: eth0 10.0.2.15/24 renewed by 10.0.2.2 for 6 s");
    let renewal = server.wait_for("a renewal", |it| it.client == ADDRESS);
    assert_eq!(
        (renewal.kind, renewal.from, renewal.to),
        (REQUEST, ADDRESS, SERVER)
    );
    // RFC 2131 table 4
    assert_eq!((renewal.address(50), renewal.address(54)), (None, None));
    assert!(server.finds(ADDRESS));
    assert!(!machine.console().contains("taken away"));
    machine.assert_alive();
}

#[test]
fn what_a_renewal_changes_or_leaves_out_does_not_stay_as_it_was() {
    let stage = Arc::new(AtomicUsize::new(0));
    let reached = Arc::clone(&stage);
    let server = DhcpServer::start(move |question| {
        let lease = question.granted(ADDRESS, LEASE);
        vec![match reached.load(Ordering::Relaxed) {
            0 => lease.option(26, &[5, 120]).option(12, b"web-1"),
            1 => lease.option(26, &[255, 255]).option(6, &[10, 0, 2, 3]),
            _ => lease.without(3),
        }]
    });
    let mut machine = boot(&server);
    machine.wait_for("eth0 gateway 10.0.2.2, host web-1, MTU 1400, leased by 10.0.2.2 for 6 s");
    stage.store(1, Ordering::Relaxed);
    // more than the card has
    machine.wait_for("network: eth0: set the MTU to 65535: Invalid argument");
    machine.wait_for("eth0 gateway 10.0.2.2, dns 10.0.2.3, MTU 1500, leased by 10.0.2.2 for 6 s");
    stage.store(2, Ordering::Relaxed);
    machine.wait_for("network: eth0 leased by 10.0.2.2 for 6 s");
    assert!(server.finds(ADDRESS));
    assert!(!server.echoes(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    assert!(!machine.console().contains("taken away"));
    machine.assert_alive();
}

#[test]
fn when_its_server_is_silent_any_other_may_give_another_address_in_its_place() {
    let another = Ipv4Addr::new(10, 0, 2, 77);
    let server = DhcpServer::start(move |question| {
        if question.to == SERVER {
            return vec![];
        }
        let address = if question.client == ADDRESS {
            another
        } else {
            ADDRESS
        };
        vec![question.granted(address, LEASE)]
    });
    let mut machine = boot(&server);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("eth0 10.0.2.77/24 in place of 10.0.2.15/24, rebound by 10.0.2.2 for 6 s");
    let rebinding = server.wait_for("a rebinding", |it| {
        it.client == ADDRESS && it.to.is_broadcast()
    });
    assert_eq!((rebinding.address(50), rebinding.address(54)), (None, None));
    assert!(server.finds(another));
    assert!(!server.finds(ADDRESS));
    assert!(server.echoes(Ipv4Addr::new(198, 51, 100, 1), another));
    machine.assert_alive();
}

#[test]
fn a_lease_that_its_server_refuses_to_renew_is_given_up_and_another_one_asked_for() {
    let another = Ipv4Addr::new(10, 0, 2, 77);
    let mut refused = false;
    let server = DhcpServer::start(move |question| {
        if question.client == ADDRESS {
            refused = true;
            return vec![question.refused()];
        }
        let address = if refused { another } else { ADDRESS };
        // which has to reach a machine without an address the second time too
        vec![question.granted(address, LEASE).by_unicast()]
    });
    let mut machine = boot(&server);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("eth0 10.0.2.15/24 is taken away: the server refuses it (NAK)");
    machine.wait_for("network: eth0 10.0.2.77/24 via dhcp, ");
    assert!(server.finds(another));
    assert!(!server.finds(ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_lease_that_nobody_renews_expires_and_is_asked_for_until_a_server_is_back() {
    let is_there = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&is_there);
    let server = DhcpServer::start(move |question| {
        if asked.load(Ordering::Relaxed) {
            vec![question.granted(ADDRESS, LEASE)]
        } else {
            vec![]
        }
    });
    let mut machine = boot(&server);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    is_there.store(false, Ordering::Relaxed);
    machine.wait_for("eth0 10.0.2.15/24 is taken away: its lease has expired");
    assert!(!server.finds(ADDRESS));
    machine.wait_for("eth0 has asked for an address for ");
    let renewals = server
        .questions()
        .iter()
        .filter(|it| it.kind == REQUEST && it.client == ADDRESS)
        .count();
    assert!(renewals >= 2, "{:#?}", server.questions());
    is_there.store(true, Ordering::Relaxed);
    let again = server.wait_for("a new beginning", |it| {
        it.kind == REQUEST && it.from.is_unspecified() && it.seconds > 0
    });
    assert_eq!(again.address(50), Some(ADDRESS));
    machine.wait_for("network: eth0 10.0.2.15/24 renewed by");
    assert!(server.finds(ADDRESS));
    machine.assert_alive();
}
