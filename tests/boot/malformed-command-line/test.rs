// Malformed input on the kernel's command line: each word is reported, and the defaults are used. No test gives more than
// 30 unknown words, for with more the kernel itself panics ("Too many boot env vars").

use std::ffi::OsString;
use std::net::UdpSocket;
use std::os::unix::ffi::OsStringExt;
use vm::{Machine, TIMEOUT};

/// Boots with the defaults, and returns the console.
fn boot_with_defaults(command_line: OsString) -> String {
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, command_line)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("network: eth0 10.0.2.15/24 via dhcp, ");
    machine.wait_for("hello: listening on 0.0.0.0:80");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    machine.assert_alive();
    machine.console()
}

#[test]
fn each_malformed_setting_is_reported_and_the_defaults_are_used() {
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
    // the kernel puts unknown words into init's environment, where Rust's standard library would look for this one
    let others = " scratchmachine.log=carrier-pigeon RUST_MIN_STACK=1";
    let console = boot_with_defaults((words.join(" ") + others).into());
    for word in words {
        let complaint = format!("warning: config: /proc/cmdline: '{word}' ");
        assert!(console.contains(&complaint), "{complaint}");
    }
    assert!(console.contains("warning: log collector 'carrier-pigeon': "));
}

#[test]
fn a_command_line_full_of_bytes_that_are_not_text_and_unclosed_quotes_does_no_harm() {
    let mut noise =
        b"scratchmachine.restart=\xff\xfe scratchmachine.\xc3=1 ip=\x80 =\" = \"\" ".to_vec();
    // the kernel takes 2047 bytes, and long words too
    noise.extend((0..1850u32).map(|i| match i {
        _ if i % 150 == 149 => b' ',
        // all but NUL, spaces, line breaks and quotes, mixed
        _ => [0x80, 0x21, 0xa1][i as usize % 3] + (i * 7 % 29) as u8 % 0x5e,
    }));
    noise.extend(b" \"unclosed");
    let console = boot_with_defaults(OsString::from_vec(noise));
    assert!(console.contains("is not UTF-8 and was ignored"));
}

#[test]
fn a_machine_with_malformed_settings_answers_and_sends_its_log() {
    let collector = UdpSocket::bind("127.0.0.1:0").expect("bind a free port");
    collector.set_read_timeout(Some(TIMEOUT)).expect("set it");
    let port = collector.local_addr().expect("it is bound").port();
    // 'my_vm' is a name that the kernel would take
    let words = format!(
        "ip=10.0.2 hostname=my_vm scratchmachine.log=udp://10.0.2.2:{port} scratchmachine.colour=red \"unclosed"
    );
    let mut machine = Machine::from_image(machine::KERNEL, machine::INITRD, words)
        .with_network_card("e1000")
        .boot();
    machine.wait_for("'ip=10.0.2' was ignored");
    machine.wait_for("'hostname=my_vm' was ignored");
    machine.wait_for("'scratchmachine.colour=red' is not a known setting");
    machine.wait_for("network: eth0 10.0.2.15/24");
    assert_eq!(machine.get().trim_end(), "Hello from Scratch Machine!");
    let mut message = [0; 2048];
    let length = collector.recv(&mut message).expect("hear from the machine");
    let message = String::from_utf8_lossy(&message[..length]);
    // <PRIORITY>VERSION TIMESTAMP HOSTNAME
    assert_eq!(message.split(' ').nth(2), Some("-"), "{message}");
    machine.assert_alive();
}
