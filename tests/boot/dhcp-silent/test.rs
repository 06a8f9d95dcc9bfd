use vm::Machine;
use vm::dhcp_server::{ADDRESS, DISCOVER, DhcpServer};

#[test]
fn a_server_that_is_silent_at_first_is_asked_again_ever_more_seldom_until_it_answers() {
    let mut silent = 3;
    let server = DhcpServer::start(move |question| {
        if silent > 0 {
            silent -= 1;
            return vec![];
        }
        vec![question.granted(ADDRESS, 3600)]
    });
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("eth0 has asked for an address for ");
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    let asked: Vec<_> = server
        .questions()
        .into_iter()
        .filter(|question| question.kind == DISCOVER)
        .collect();
    assert!(asked.len() >= 4, "{asked:#?}");
    let pauses: Vec<f32> = asked
        .windows(2)
        .map(|two| (two[1].at - two[0].at).as_secs_f32())
        .collect();
    // about 1, 4, 8 s
    for (pause, shortest) in pauses.iter().zip([0.7, 2.9, 6.9]) {
        assert!(*pause >= shortest, "{pauses:?}");
    }
    // one search, so that a late answer to an early question counts, and it says for how long it has lasted
    assert!(
        asked
            .iter()
            .all(|it| it.transaction == asked[0].transaction)
    );
    assert!(asked[0].seconds == 0 && asked[2].seconds >= 3, "{asked:#?}");
    assert!(
        asked
            .iter()
            .all(|it| it.wants_broadcast && it.from.is_unspecified())
    );
    machine.assert_alive();
}
