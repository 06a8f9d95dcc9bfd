// A network configuration on the kernel's command line, without DHCP.

use std::net::Ipv4Addr;
use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer, ROUTER};

#[test]
fn address_gateway_and_host_name_on_the_command_line_are_used_and_no_dhcp_server_is_asked() {
    let server = DhcpServer::start(|_| vec![]);
    let ip = format!("ip={ADDRESS}::{ROUTER}:255.255.255.0:web:eth0:off:10.0.2.3");
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, &ip)
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via static, ");
    machine.wait_for("network: eth0 gateway 10.0.2.9, dns 10.0.2.3, host web");
    machine.wait_for("network: eth0 has carrier");
    server.wait_for_announcement(ADDRESS);
    assert!(server.resolves(ADDRESS));
    assert!(server.pings(Ipv4Addr::new(198, 51, 100, 1), ADDRESS));
    assert!(server.queries().is_empty());
    assert_eq!(server.announced(), [ADDRESS]);
    machine.assert_alive();
}
