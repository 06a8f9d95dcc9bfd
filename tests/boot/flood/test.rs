use vm::Machine;

#[test]
fn a_flood_of_rubbish_without_a_line_break_holds_up_neither_machine_nor_log() {
    let mut machine = Machine::from_image("MACHINE_INITRD_WITH_FLOOD", "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("flood: started as process");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.wait_for("ttyS0 was stuck or too slow");
    machine.wait_for("flood: the flood is over");
    // whatever was in it, the terminal must not obey
    assert!(!machine.console().contains('\u{1b}'));
    machine.assert_alive();
}
