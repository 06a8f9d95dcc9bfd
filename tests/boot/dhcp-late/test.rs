use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer};
use std::time::Duration;

#[test]
fn a_server_that_answers_after_it_was_asked_again_is_heard() {
    let server = DhcpServer::start(|question| {
        let mut answer = question.granted(ADDRESS, 3600);
        answer.after = Duration::from_millis(2500);
        vec![answer]
    });
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    assert!(server.finds(ADDRESS));
    machine.assert_alive();
}
