// A machine with less memory than its image needs.

use vm::{Machine, Running};

fn boot(megabytes: &str) -> Running {
    Machine::from_image(machine::KERNEL, machine::INITRD, "ip=off")
        .option(&["-m", megabytes])
        .without_network_card()
        .boot()
}

#[test]
fn an_image_that_does_not_fit_into_memory_says_how_much_it_needs_which_is_enough() {
    let mut machine = boot("64");
    let line = machine.wait_for("init: the image does not fit into memory: ");
    machine.wait_for_on_screen("init: the image does not fit into memory: ");
    let (_, needs) = line.split_once("needs a machine with ").expect(&line);
    let (needs, has) = needs.split_once(" MB").expect(&line);
    assert_eq!(has, ", and this one has 64 MB");
    machine.wait_for("init: power off in 30 s");
    // the power button ends the wait
    machine.press_power_button();
    machine.wait_for("init: exit status 70, power off");
    assert!(machine.wait_for_end().success());
    assert!(!machine.console().contains("warning:"));

    let mut machine = boot(needs);
    machine.wait_for("hello: listening");
    machine.assert_alive();
}
