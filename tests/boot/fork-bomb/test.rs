// A program that forks without end.

use vm::Machine;

#[test]
fn a_machine_with_a_fork_bomb_answers_and_can_be_powered_off() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("bomb: a fork was refused: EAGAIN");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.press_power_button();
    machine.wait_for("exit status 0, power off");
    assert!(machine.wait_for_end().success());
}
