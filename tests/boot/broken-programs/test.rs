// Programs that `mkMachine` would refuse, in an image all the same.

use vm::Machine;

#[test]
fn programs_that_cannot_be_started_are_reported_with_the_reason_and_the_others_run() {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, "")
        .with_network_card("e1000")
        .boot();
    let not_executable = "is it an executable for this machine?";
    for (program, advice) in [
        ("absent", "is it in the image"),
        ("dynamic", "what loads or interprets it?"),
        ("empty", not_executable),
        ("script", "what loads or interprets it?"),
        ("locked", "is it executable?"),
    ] {
        let line = machine.wait_for(&format!("{program}: start /programs/{program}/exe: "));
        assert!(line.contains(advice), "{line}");
        machine.wait_for(&format!("{program}: starts again in 2 s"));
    }
    machine.wait_for("truncated was killed by SIG");
    machine.wait_for("read /programs/unlisted/args: No such file or directory");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
}
