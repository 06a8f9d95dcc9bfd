// The status page, and clients that misuse it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use vm::Machine;

#[test]
fn the_status_page_shows_the_state_of_the_machine_whatever_other_clients_do() {
    let mut machine =
        Machine::from_image(machine::KERNEL, machine::INITRD, "scratchmachine.status=81")
            .with_network_card_and_port("e1000", 81)
            .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    let (status, json) = machine.request("GET", "/json");
    assert_eq!(status, "200 OK");
    let identity = format!("\"image\":\"{}\"", machine::IDENTITY);
    for part in [
        "{\"version\":\"",
        &identity,
        "\"uptime_seconds\":",
        "\"phases_ms\":{\"mounts\":",
        "\"modules\":[\"e1000\"]",
        "\"network\":{\"carrier\":1,\"address\":\"eth0 10.0.2.15/24 via dhcp, ",
        "\"programs\":{\"hello\":{\"process\":",
        "\"restarts\":0,\"last_exit\":null}}",
        "\"memory\":{\"MemTotal_kB\":",
        "\"init_VmRSS_kB\":",
    ] {
        assert!(json.contains(part), "{part} in {json}");
    }
    // of init and of the program
    assert_eq!(json.matches("VmRSS_kB\":").count(), 2, "{json}");
    assert!(!json.contains("kB\":null"), "{json}");
    let text = machine.get();
    assert!(text.contains("programs.hello.restarts: 0\n"), "{text}");
    for method in ["POST", "PUT", "DELETE"] {
        let (status, _) = machine.request(method, "/");
        assert_eq!(status, "405 Method Not Allowed", "{method}");
    }
    let (status, json) = machine.request("GET", "/json?x=1");
    assert!(status == "200 OK" && json.starts_with("{\"version\":"));

    // clients that send nothing delay no other
    let connect = || TcpStream::connect(("127.0.0.1", machine.port())).unwrap();
    let _silent: Vec<_> = (0..40).map(|_| connect()).collect();
    let start = Instant::now();
    machine.get();
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );

    // a client that sends a lot gets its answer after the last byte
    let mut client = connect();
    let length = 1_000_000;
    write!(
        client,
        "POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    client.write_all(&vec![b'x'; length]).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    machine.assert_alive();
}

#[test]
fn there_is_no_status_page_unless_it_is_set() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card_and_port("e1000", 81)
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    assert!(!machine.answers());
    machine.assert_alive();
}
