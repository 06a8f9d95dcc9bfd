use harness::Machine;
use harness::dhcp_server::DhcpServer;

#[test]
fn the_power_button_ends_the_programs_and_powers_off() {
    let mut machine = Machine::from_image("MACHINE_INITRD", "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("hello: listening on 0.0.0.0:80");
    machine.press_power_button();
    machine.wait_for("the power button was pressed");
    machine.wait_for("SIGPWR was received");
    machine.wait_for("hello was killed by SIGTERM");
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
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
