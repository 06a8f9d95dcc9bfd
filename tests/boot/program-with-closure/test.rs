// A program that is no static executable, with all that it refers to in the Nix store.

use vm::Machine;

#[test]
fn a_script_runs_with_the_interpreter_that_came_along() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    machine.wait_for("says hello");
    machine.wait_for("script exited with status 0");
    machine.wait_for("script: is not started again");
    machine.wait_for("hello: listening");
    machine.assert_alive();
}
