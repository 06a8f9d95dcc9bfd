// DHCP servers that answer late, or not to the first queries.

use std::time::Duration;
use vm::Machine;
use vm::dhcp_server::{ADDRESS, DISCOVER, DhcpServer};

#[test]
fn a_server_that_is_silent_is_asked_again_at_growing_intervals_until_it_answers() {
    let mut silent = 3;
    let server = DhcpServer::start(move |query| {
        if silent > 0 {
            silent -= 1;
            return vec![];
        }
        vec![query.grant(ADDRESS, 3600)]
    });
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("eth0 has asked for an address for ");
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    let discovers: Vec<_> = server
        .queries()
        .into_iter()
        .filter(|query| query.kind == DISCOVER)
        .collect();
    assert!(discovers.len() >= 4, "{discovers:#?}");
    let pauses: Vec<f32> = discovers
        .windows(2)
        .map(|two| (two[1].at - two[0].at).as_secs_f32())
        .collect();
    // about 1, 4, 8 s
    for (pause, shortest) in pauses.iter().zip([0.7, 2.9, 6.9]) {
        assert!(*pause >= shortest, "{pauses:?}");
    }
    // all in one transaction, so that a late answer to an early query is accepted, and with the seconds since its begin
    assert!(
        discovers
            .iter()
            .all(|it| it.transaction == discovers[0].transaction)
    );
    assert!(
        discovers[0].seconds == 0 && discovers[2].seconds >= 3,
        "{discovers:#?}"
    );
    assert!(
        discovers
            .iter()
            .all(|it| it.wants_broadcast && it.from.is_unspecified())
    );
    machine.assert_alive();
}

#[test]
fn an_answer_that_comes_after_the_next_query_is_accepted() {
    let server = DhcpServer::start(|query| {
        let mut answer = query.grant(ADDRESS, 3600);
        answer.after = Duration::from_millis(2500);
        vec![answer]
    });
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    assert!(server.resolves(ADDRESS));
    machine.assert_alive();
}
