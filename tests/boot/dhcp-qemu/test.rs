use vm::Machine;

#[test]
fn qemus_own_dhcp_server_gives_the_address_the_gateway_and_the_name_server() {
    let mut machine = Machine::from_image("MACHINE_INITRD", "ip=dhcp")
        .with_network_card("e1000")
        .boot();
    let line = machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    assert!(line.ends_with(" ms"), "{line}");
    machine.wait_for("eth0 gateway 10.0.2.2, dns 10.0.2.3, leased by 10.0.2.2 for 86400 s");
    machine.wait_for("hello: listening");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}
