use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer, ROUTER};
use std::net::Ipv4Addr;

#[test]
fn an_address_a_gateway_and_a_hostname_on_the_command_line_are_used_and_nobody_is_asked() {
    let server = DhcpServer::start(|_| vec![]);
    let ip = format!("ip={ADDRESS}::{ROUTER}:255.255.255.0:web:eth0:off:10.0.2.3");
    let mut machine = Machine::from_image("MACHINE_INITRD", &ip)
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via static, ");
    machine.wait_for("network: eth0 gateway 10.0.2.9, dns 10.0.2.3, host web");
    machine.wait_for("network: eth0 has carrier");
    server.wait_for_announcement(ADDRESS);
    assert!(server.finds(ADDRESS));
    assert!(server.echoes(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    assert!(server.questions().is_empty());
    assert_eq!(server.announced(), [ADDRESS]);
    machine.assert_alive();
}
