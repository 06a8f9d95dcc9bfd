// The host asks the machine for its state and its end, as libvirt and Proxmox do.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use vm::{Machine, Running, TIMEOUT};

/// The machine, and the host's end of its port. QEMU connects to it when it starts.
fn boot() -> (Running, Host) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let host = format!("socket,id=agent,host=127.0.0.1,port={port}");
    let machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .option(&["-device", "virtio-serial-pci", "-chardev", &host])
        .option(&[
            "-device",
            "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
        ])
        .boot();
    let (stream, _) = listener.accept().expect("QEMU connects");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a time-out");
    let reader = BufReader::new(stream.try_clone().expect("a second handle"));
    (machine, Host { stream, reader })
}

struct Host {
    stream: TcpStream,
    reader: BufReader<TcpStream>,
}

impl Host {
    fn send(&mut self, request: &str) {
        self.stream
            .write_all(request.as_bytes())
            .expect("send a request");
    }

    fn ask(&mut self, request: &str) -> String {
        self.send(request);
        let mut line = Vec::new();
        self.reader
            .read_until(b'\n', &mut line)
            .expect("read an answer");
        String::from_utf8_lossy(&line).into_owned()
    }
}

#[test]
fn the_host_learns_that_the_machine_is_alive_and_its_addresses_and_shuts_it_down() {
    let (mut machine, mut host) = boot();
    machine.wait_for("hello: listening");
    let synchronized = host.ask(r#"{"execute":"guest-sync-delimited","arguments":{"id":4711}}"#);
    assert_eq!(synchronized, "\u{fffd}{\"return\": 4711}\n");
    assert_eq!(
        host.ask(r#"{"execute":"guest-ping"}"#),
        "{\"return\": {}}\n"
    );
    let interfaces = host.ask(r#"{"execute":"guest-network-get-interfaces"}"#);
    assert!(
        interfaces.contains("\"ip-address\": \"10.0.2.15\""),
        "{interfaces}"
    );
    assert!(
        interfaces.contains("\"hardware-address\": \"52:54:00:12:34:56\""),
        "{interfaces}"
    );
    let unknown = host.ask(r#"garbage ]}" {"execute":"guest-exec","arguments":{"path":"/x"}}"#);
    assert!(unknown.contains("CommandNotFound"), "{unknown}");
    machine.assert_alive();
    host.send(r#"{"execute":"guest-shutdown","arguments":{"mode":"powerdown"}}"#);
    machine.wait_for("the host asks for this: power off");
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
}

#[test]
fn the_host_reboots_it() {
    let (mut machine, mut host) = boot();
    machine.wait_for("hello: listening");
    host.send(r#"{"execute":"guest-shutdown","arguments":{"mode":"reboot"}}"#);
    machine.wait_for("exit status 0, reboot");
    assert!(machine.wait_for_end().success());
}
