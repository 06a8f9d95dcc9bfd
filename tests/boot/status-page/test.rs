use vm::{Machine, image};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn the_status_page_tells_what_the_machine_knows_about_itself_to_whoever_reads() {
    let mut machine = Machine::from_image("MACHINE_INITRD", "scratchmachine.status=81")
        .with_network_card_and_port("e1000", 81)
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    let (status, json) = machine.request("GET", "/json");
    assert_eq!(status, "200 OK");
    let identity = format!("\"image\":\"{}\"", image("MACHINE_IDENTITY"));
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

    // who says nothing keeps nobody waiting
    let connect = || TcpStream::connect(("127.0.0.1", machine.port())).unwrap();
    let _silent: Vec<_> = (0..40).map(|_| connect()).collect();
    let start = Instant::now();
    machine.get();
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );

    // whoever has much to say gets the answer all the same, after the last word
    let mut talker = connect();
    let length = 1_000_000;
    write!(
        talker,
        "POST / HTTP/1.1\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    talker.write_all(&vec![b'x'; length]).unwrap();
    let mut answer = String::new();
    talker.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 405 "), "{answer}");
    machine.assert_alive();
}

#[test]
fn there_is_no_status_page_where_nobody_asked_for_one() {
    let mut machine = Machine::from_image("MACHINE_INITRD", "")
        .with_network_card_and_port("e1000", 81)
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    assert!(!machine.is_served());
    machine.assert_alive();
}
