// What server programs expect of a machine, and the limits of one.

use vm::Machine;

#[test]
fn a_program_finds_what_it_would_find_in_a_container_on_a_good_host() {
    let mut machine = Machine::from_iso(machine::ISO)
        .option(&["-m", "256"])
        .with_network_card_and_port("e1000", 81)
        .boot();
    machine.wait_for("hungry: waits for hello to listen on port 80");
    machine.wait_for("hungry was killed by the kernel: over its limit of 16 MB of memory");
    let line = machine.wait_for(" not met");
    let unmet: Vec<_> = machine
        .console()
        .lines()
        .filter(|line| line.contains(": expects ") && !line.ends_with(": ok"))
        .map(str::to_owned)
        .collect();
    assert!(line.ends_with(" expectations: 0 not met"), "{unmet:#?}");
    for path in ["/dev/stdout", "/dev/stderr"] {
        assert!(
            machine
                .console()
                .contains(&format!("probe: written to {path}"))
        );
    }
    assert!(!machine.console().contains("a secret"));

    let metrics = machine.request("GET", "/metrics?name=x").1;
    for line in [
        "scratchmachine_program_up{program=\"probe\"} 1",
        "scratchmachine_program_up{program=\"hungry\"} 0",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert!(metrics.contains("scratchmachine_program_memory_bytes{program=\"probe\"}"));
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
    assert!(!machine.get().contains("a secret"));
    machine.assert_alive();
}
