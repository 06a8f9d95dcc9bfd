// The power button, at any time.

use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc::channel;
use vm::dhcp_server::DhcpServer;
use vm::{Machine, TIMEOUT};

#[test]
fn the_power_button_ends_the_programs_and_powers_off_and_the_log_collector_receives_everything() {
    let collector = TcpListener::bind("127.0.0.1:0").expect("bind a free port");
    let port = collector.local_addr().expect("it is bound").port();
    let (send, received) = channel();
    std::thread::spawn(move || {
        let (mut connection, _) = collector.accept().expect("accept a connection");
        let mut messages = String::new();
        connection
            .read_to_string(&mut messages)
            .expect("read to the end");
        let _ = send.send(messages);
    });
    // in QEMU's network, 10.0.2.2 is this host
    let log = format!("scratchmachine.log=tcp://10.0.2.2:{port}");
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, log)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    machine.press_power_button();
    machine.wait_for("the power button was pressed");
    machine.wait_for("SIGPWR was received");
    machine.wait_for("hello was killed by SIGTERM");
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
    let received = received.recv_timeout(TIMEOUT).expect("a closed connection");
    assert!(received.contains("exit status 0, power off"), "{received}");
}

#[test]
fn the_power_button_works_from_the_first_line_of_the_log_on() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("Hello World!");
    machine.press_power_button();
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
    assert!(!machine.console().contains("hello: started"));
}

#[test]
fn the_power_button_works_while_the_machine_waits_for_its_network() {
    let server = DhcpServer::start(|_| vec![]);
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_cable_to(&server)
        .boot();
    machine.wait_for("network: eth0 has carrier");
    machine.press_power_button();
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
    assert!(!machine.console().contains("network: not up after"));
}
