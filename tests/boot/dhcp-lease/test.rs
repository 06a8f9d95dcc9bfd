// The life of a DHCP lease: renewed, rebound, refused, expired, released.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use vm::dhcp_server::{ADDRESS, DhcpServer, RELEASE, REQUEST, SERVER};
use vm::{Machine, Running};

const LEASE: u32 = 6;

fn boot(server: &DhcpServer) -> Running {
    Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(server)
        .boot()
}

#[test]
fn a_lease_is_renewed_by_its_server_after_half_its_time_without_interruption() {
    let server = DhcpServer::start(|query| vec![query.grant(ADDRESS, LEASE)]);
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
    assert!(server.resolves(ADDRESS));
    assert!(!machine.console().contains("is removed"));
    machine.assert_alive();
}

#[test]
fn what_a_renewal_changes_or_omits_is_changed_or_removed() {
    let stage = Arc::new(AtomicUsize::new(0));
    let current = Arc::clone(&stage);
    let server = DhcpServer::start(move |query| {
        let lease = query.grant(ADDRESS, LEASE);
        vec![match current.load(Ordering::Relaxed) {
            0 => lease.option(26, &[5, 120]).option(12, b"web-1"),
            1 => lease.option(26, &[255, 255]).option(6, &[10, 0, 2, 3]),
            _ => lease.without(3),
        }]
    });
    let mut machine = boot(&server);
    machine.wait_for("eth0 gateway 10.0.2.2, host web-1, MTU 1400, leased by 10.0.2.2 for 6 s");
    stage.store(1, Ordering::Relaxed);
    // more than the card supports
    machine.wait_for("network: eth0: set the MTU to 65535: Invalid argument");
    machine.wait_for("eth0 gateway 10.0.2.2, dns 10.0.2.3, MTU 1500, leased by 10.0.2.2 for 6 s");
    stage.store(2, Ordering::Relaxed);
    machine.wait_for("network: eth0 leased by 10.0.2.2 for 6 s");
    assert!(server.resolves(ADDRESS));
    assert!(!server.pings(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    assert!(!machine.console().contains("is removed"));
    machine.assert_alive();
}

#[test]
fn when_its_server_is_silent_another_one_may_give_another_address() {
    let another = Ipv4Addr::new(10, 0, 2, 77);
    let server = DhcpServer::start(move |query| {
        if query.to == SERVER {
            return vec![];
        }
        let address = if query.client == ADDRESS {
            another
        } else {
            ADDRESS
        };
        vec![query.grant(address, LEASE)]
    });
    let mut machine = boot(&server);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("eth0 10.0.2.77/24 in place of 10.0.2.15/24, rebound by 10.0.2.2 for 6 s");
    let rebinding = server.wait_for("a rebinding", |it| {
        it.client == ADDRESS && it.to.is_broadcast()
    });
    assert_eq!((rebinding.address(50), rebinding.address(54)), (None, None));
    assert!(server.resolves(another));
    assert!(!server.resolves(ADDRESS));
    assert!(server.pings(Ipv4Addr::new(198, 51, 100, 1), another));
    machine.assert_alive();
}

#[test]
fn a_lease_that_its_server_refuses_to_renew_is_replaced_by_another() {
    let another = Ipv4Addr::new(10, 0, 2, 77);
    let mut refused = false;
    let server = DhcpServer::start(move |query| {
        if query.client == ADDRESS {
            refused = true;
            return vec![query.nak()];
        }
        let address = if refused { another } else { ADDRESS };
        // this has to reach a machine without an address the second time too
        vec![query.grant(address, LEASE).unicast()]
    });
    let mut machine = boot(&server);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("eth0 10.0.2.15/24 is removed: the server refused it (NAK)");
    machine.wait_for("network: eth0 10.0.2.77/24 via dhcp, ");
    assert!(server.resolves(another));
    assert!(!server.resolves(ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_lease_that_is_not_renewed_expires_and_is_requested_until_a_server_is_back() {
    let is_up = Arc::new(AtomicBool::new(true));
    let is_server_up = Arc::clone(&is_up);
    let server = DhcpServer::start(move |query| {
        if is_server_up.load(Ordering::Relaxed) {
            vec![query.grant(ADDRESS, LEASE)]
        } else {
            vec![]
        }
    });
    let mut machine = boot(&server);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    is_up.store(false, Ordering::Relaxed);
    machine.wait_for("eth0 10.0.2.15/24 is removed: its lease has expired");
    assert!(!server.resolves(ADDRESS));
    machine.wait_for("eth0 has asked for an address for ");
    let renewals = server
        .queries()
        .iter()
        .filter(|it| it.kind == REQUEST && it.client == ADDRESS)
        .count();
    assert!(renewals >= 2, "{:#?}", server.queries());
    is_up.store(true, Ordering::Relaxed);
    let again = server.wait_for("a request from the start", |it| {
        it.kind == REQUEST && it.from.is_unspecified() && it.seconds > 0
    });
    assert_eq!(again.address(50), Some(ADDRESS));
    machine.wait_for("network: eth0 10.0.2.15/24 renewed by");
    assert!(server.resolves(ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_machine_that_powers_off_releases_its_lease() {
    let server = DhcpServer::start(|query| vec![query.grant(ADDRESS, 3600)]);
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    machine.press_power_button();
    let release = server.wait_for("a release", |it| it.kind == RELEASE);
    assert_eq!((release.from, release.to), (ADDRESS, SERVER));
    assert_eq!(
        (release.client, release.address(54)),
        (ADDRESS, Some(SERVER))
    );
    machine.wait_for("network: eth0 10.0.2.15/24 is removed: released");
    assert!(machine.wait_for_end().success());
}
