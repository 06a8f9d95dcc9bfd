use harness::{Machine, image};

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
