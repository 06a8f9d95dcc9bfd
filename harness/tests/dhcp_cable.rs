use harness::dhcp_server::{ADDRESS, DhcpServer, REQUEST};
use harness::{Machine, image};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

/// QEMU's monitor, which pulls the cable out and puts it in again.
struct Monitor(BufReader<TcpStream>);

impl Monitor {
    fn option(port: u16) -> [String; 2] {
        [
            "-qmp".into(),
            format!("tcp:127.0.0.1:{port},server=on,wait=off"),
        ]
    }

    fn connect(port: u16) -> Monitor {
        let stream = (0..100)
            .find_map(|_| {
                std::thread::sleep(Duration::from_millis(50));
                TcpStream::connect(("127.0.0.1", port)).ok()
            })
            .expect("QEMU's monitor");
        let mut monitor = Monitor(BufReader::new(stream));
        monitor.0.read_line(&mut String::new()).expect("a greeting");
        monitor.say(r#"{"execute":"qmp_capabilities"}"#);
        monitor
    }

    fn set_link(&mut self, up: bool) {
        self.say(&format!(
            r#"{{"execute":"set_link","arguments":{{"name":"cable","up":{up}}}}}"#
        ));
    }

    fn say(&mut self, command: &str) {
        writeln!(self.0.get_mut(), "{command}").expect("say it to QEMU's monitor");
        let mut answer = String::new();
        while !answer.starts_with(r#"{"return""#) {
            answer.clear();
            let length = self.0.read_line(&mut answer).expect("an answer");
            assert!(length > 0 && !answer.contains("\"error\""), "{answer}");
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind a free port");
    listener.local_addr().expect("it is bound").port()
}

#[test]
fn a_lease_is_confirmed_when_the_cable_is_back_and_given_up_where_it_is_another_networks() {
    let another = Ipv4Addr::new(10, 0, 2, 77);
    let mut moved = false;
    let server = DhcpServer::start(move |question| {
        // a request that is neither about an offer nor from the address: is it still mine?
        let confirms = question.kind == REQUEST
            && question.address(54).is_none()
            && question.client.is_unspecified();
        match question.address(50) {
            // the first time it is; the second time the cable leads somewhere else
            Some(ADDRESS) if confirms && moved => vec![question.refused()],
            Some(ADDRESS) if confirms => {
                moved = true;
                vec![question.granted(ADDRESS, 1800)]
            }
            _ => vec![question.granted(if moved { another } else { ADDRESS }, 3600)],
        }
    });
    let (kernel, initrd) = (image("MACHINE_KERNEL"), image("MACHINE_INITRD"));
    let port = free_port();
    let mut machine = Machine::from_kernel(&kernel, &initrd, "ip=dhcp")
        .with_cable_to(&server)
        .option(&Monitor::option(port).each_ref().map(String::as_str))
        .boot();
    let mut monitor = Monitor::connect(port);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    monitor.set_link(false);
    machine.wait_for("network: eth0 has lost its carrier");
    monitor.set_link(true);
    machine.wait_for("network: eth0 10.0.2.15/24 confirmed by 10.0.2.2 for 1800 s");
    monitor.set_link(false);
    // the console has this line once already
    std::thread::sleep(Duration::from_secs(5));
    monitor.set_link(true);
    machine.wait_for("eth0 10.0.2.15/24 is taken away: the server refuses it (NAK)");
    machine.wait_for("network: eth0 10.0.2.77/24 via dhcp, ");
    assert!(server.finds(another));
    assert!(!server.finds(ADDRESS));
    machine.assert_alive();
}

#[test]
fn a_machine_whose_cable_is_out_says_so_and_is_configured_once_it_is_in() {
    let server = DhcpServer::start(|question| vec![question.granted(ADDRESS, 3600)]);
    let (kernel, initrd) = (image("MACHINE_KERNEL"), image("MACHINE_INITRD"));
    let port = free_port();
    let mut machine = Machine::from_kernel(&kernel, &initrd, "ip=dhcp")
        .with_cable_to(&server)
        .option(&Monitor::option(port).each_ref().map(String::as_str))
        .boot();
    let mut monitor = Monitor::connect(port);
    monitor.set_link(false);
    machine.wait_for("network: eth0 has no carrier yet: is its cable in?");
    assert!(server.questions().is_empty());
    machine.wait_for("hello: listening");
    monitor.set_link(true);
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.assert_alive();
}
