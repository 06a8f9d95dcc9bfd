use harness::Machine;
use harness::dhcp_server::DhcpServer;
use std::net::UdpSocket;

#[test]
fn the_power_button_ends_the_programs_and_powers_off_and_the_collector_hears_all_of_it() {
    let collector = UdpSocket::bind("127.0.0.1:0").expect("bind a free port");
    let port = collector.local_addr().expect("it is bound").port();
    // QEMU's network leads 10.0.2.2 to this host
    let log = format!("scratchmachine.log=udp://10.0.2.2:{port}");
    let mut machine = Machine::from_image("MACHINE_INITRD", log)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    machine.press_power_button();
    machine.wait_for("the power button was pressed");
    machine.wait_for("SIGPWR was received");
    machine.wait_for("hello was killed by SIGTERM");
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
    assert!(received(&collector).contains("exit status 0, power off"));
}

/// What has come so far.
fn received(socket: &UdpSocket) -> String {
    socket.set_nonblocking(true).expect("do not wait");
    let (mut text, mut datagram) = (String::new(), [0; 4096]);
    while let Ok(length) = socket.recv(&mut datagram) {
        text += &String::from_utf8_lossy(&datagram[..length]);
        text.push('\n');
    }
    text
}

#[test]
fn it_works_from_the_first_line_on() {
    let mut machine = Machine::from_image("MACHINE_INITRD", "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("Hello World!");
    machine.press_power_button();
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
    assert!(!machine.console().contains("hello: started"));
}

#[test]
fn it_works_while_the_machine_waits_for_its_network() {
    let server = DhcpServer::start(|_| vec![]);
    let mut machine = Machine::from_image("MACHINE_INITRD", "")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 has carrier");
    machine.press_power_button();
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
    assert!(!machine.console().contains("network: not up after"));
}
