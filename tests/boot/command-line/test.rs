//! Rubbish on the kernel's command line. No more than 30 words of it: with more that it does not know the kernel
//! itself panics ("Too many boot env vars").

use vm::Machine;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

fn boots_on_its_defaults(command_line: OsString) -> String {
    let mut machine = Machine::from_image("MACHINE_INITRD", command_line)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("hello: listening on 0.0.0.0:80");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
    machine.console()
}

#[test]
fn settings_that_make_no_sense_are_each_named_and_the_defaults_hold() {
    let words = [
        "panic=soon",
        "ip=300.1.1.1",
        "hostname=-",
        "scratchmachine.grace=-1",
        "scratchmachine.network_wait=99999999999999999999",
        "scratchmachine.status=65536",
        "scratchmachine.ntp=pool.example",
        "scratchmachine.restart=sometimes",
        "scratchmachine.signal.SIGKILL=reboot",
        "scratchmachine.",
    ];
    // what the kernel does not know is init's environment, where its standard library would look for this one
    let others = " scratchmachine.log=carrier-pigeon RUST_MIN_STACK=1";
    let console = boots_on_its_defaults((words.join(" ") + others).into());
    for word in words {
        let complaint = format!("warning: config: /proc/cmdline: '{word}' ");
        assert!(console.contains(&complaint), "{word}:\n{console}");
    }
    assert!(
        console.contains("warning: log collector 'carrier-pigeon': "),
        "{console}"
    );
}

#[test]
fn a_command_line_full_of_bytes_that_are_no_text_and_quotes_that_are_not_closed_does_no_harm() {
    let mut noise =
        b"scratchmachine.restart=\xff\xfe scratchmachine.\xc3=1 ip=\x80 =\" = \"\" ".to_vec();
    // the kernel takes 2047 bytes, and passes a long word on
    noise.extend((0..1850u32).map(|i| match i {
        _ if i % 150 == 149 => b' ',
        // all but NUL, spaces, line breaks and quotes, in no order
        _ => [0x80, 0x21, 0xa1][i as usize % 3] + (i * 7 % 29) as u8 % 0x5e,
    }));
    noise.extend(b" \"unclosed");
    let console = boots_on_its_defaults(OsString::from_vec(noise));
    assert!(
        console.contains("is not UTF-8 and was passed over"),
        "{console}"
    );
}
