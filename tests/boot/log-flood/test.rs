// A program that writes more than the console can show.

use vm::Machine;

#[test]
fn a_flood_of_bytes_without_a_line_break_blocks_neither_the_machine_nor_the_log() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("flood: started as process");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.wait_for("ttyS0 was stuck or too slow");
    machine.wait_for("flood: done");
    // an escape sequence in it must not reach the terminal
    assert!(!machine.console().contains('\u{1b}'));
    machine.assert_alive();
}
