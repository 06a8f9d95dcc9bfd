// Machines whose hardware clock is wrong.

use vm::Machine;
use vm::dhcp_server::{ADDRESS, DhcpServer};

#[test]
fn a_machine_whose_clock_starts_in_1970_boots_like_any_other() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .option(&["-rtc", "base=1970-01-01"])
        .with_network_card("e1000")
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}

#[test]
fn a_clock_that_is_years_ahead_is_set_back_by_a_time_server() {
    let server = DhcpServer::start(|query| vec![query.grant(ADDRESS, 3600)]);
    let mut machine = Machine::from_image(
        machine::KERNEL,
        machine::INITRD,
        "scratchmachine.ntp=10.0.2.2",
    )
    .option(&["-rtc", "base=2035-01-01"])
    .with_cable_to(&server)
    .boot();
    let line = machine.wait_for("clock: set by 10.0.2.2, a step of -");
    // the five years from 2030, and the seconds since the boot
    assert!(
        line.contains("a step of -157766") && line.ends_with(" ms"),
        "{line}"
    );
    // the lease is not measured by this clock
    assert!(server.resolves(ADDRESS));
    assert!(!machine.console().contains("expired"));
    machine.assert_alive();
}
