use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer, RELEASE, SERVER};

#[test]
fn a_machine_that_ends_gives_its_lease_back() {
    let server = DhcpServer::start(|question| vec![question.granted(ADDRESS, 3600)]);
    let mut machine = Machine::from_image("MACHINE_INITRD", "")
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
    machine.wait_for("network: eth0 10.0.2.15/24 is taken away: given back");
    assert!(machine.wait_for_end().success());
}
