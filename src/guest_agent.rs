//! What a hypervisor asks its guests for, over a serial port of virtio's: whether they are alive, which addresses they have,
//! and to shut down. The port is there if the hypervisor gives the machine one and the image has its driver.
//!
//! Source: QEMU Guest Agent Protocol Reference (docs/interop/qemu-ga-ref). Whatever else is asked for is answered as unknown.

mod addresses;
mod json;

use addresses::Address;
use json::Json;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the port is called, by which hypervisors and guests know it.
const NAME: &str = "org.qemu.guest_agent.0";
/// The ports that the driver has.
const PORTS: &str = "/sys/class/virtio-ports";
/// Nobody asks for anything that is longer.
const LONGEST: usize = 4096;
/// How often it looks whether the host has opened its end, of which nothing tells.
const PAUSE: Duration = Duration::from_secs(1);
/// What the other end waits for before the answer that it has to find.
const DELIMITER: u8 = 0xff;

/// What the host wants of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    PowerOff,
    Reboot,
}

/// Whether the driver of such ports is there.
pub fn has_driver() -> bool {
    Path::new(PORTS).is_dir()
}

/// The port, if it is there already.
pub fn find() -> Option<PathBuf> {
    let ports = std::fs::read_dir(PORTS).ok()?;
    let is_it = |port: &PathBuf| {
        std::fs::read_to_string(port.join("name")).is_ok_and(|name| name.trim_end() == NAME)
    };
    let port = ports.flatten().map(|port| port.path()).find(is_it)?;
    Some(Path::new("/dev").join(port.file_name()?))
}

/// Answer what comes from the port, forever. Returns only if it can't be read (any longer).
pub fn serve(mut port: impl Read + Write, request: impl Fn(Request)) -> std::io::Error {
    let mut objects = Objects::default();
    let mut buffer = [0; 1024];
    loop {
        let count = match port.read(&mut buffer) {
            // the host has not opened its end
            Ok(0) => {
                std::thread::sleep(PAUSE);
                continue;
            }
            Ok(count) => count,
            Err(error) => return error,
        };
        for byte in &buffer[..count] {
            let Some(object) = objects.push(*byte) else {
                continue;
            };
            let answer = answer(&object, addresses::all);
            // the host may have gone; then nobody waits for it
            let _ = port.write_all(&answer.bytes);
            if let Some(wanted) = answer.request {
                request(wanted);
            }
        }
    }
}

/// Objects out of what comes: they follow each other, with anything between.
#[derive(Default)]
struct Objects {
    bytes: Vec<u8>,
    depth: usize,
    in_text: bool,
    is_escaped: bool,
}

impl Objects {
    /// The object that this byte ends.
    fn push(&mut self, byte: u8) -> Option<Vec<u8>> {
        // what no text has: whoever sends it begins anew
        if byte == DELIMITER || self.bytes.len() == LONGEST {
            *self = Objects::default();
        }
        if self.depth == 0 && byte != b'{' {
            return None;
        }
        self.bytes.push(byte);
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' if self.in_text => self.is_escaped = true,
            b'"' => self.in_text = !self.in_text,
            b'{' if !self.in_text => self.depth += 1,
            b'}' if !self.in_text => self.depth -= 1,
            _ => {}
        }
        (self.depth == 0).then(|| std::mem::take(self).bytes)
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Answer {
    bytes: Vec<u8>,
    request: Option<Request>,
}

/// By the command's name: whether it is answered if it succeeds.
const COMMANDS: [(&str, bool); 6] = [
    ("guest-info", true),
    ("guest-network-get-interfaces", true),
    ("guest-ping", true),
    ("guest-shutdown", false),
    ("guest-sync", true),
    ("guest-sync-delimited", true),
];

fn answer(object: &[u8], addresses: impl Fn() -> Vec<Address>) -> Answer {
    let request = std::str::from_utf8(object).ok().and_then(json::parse);
    let Some(request) = request else {
        return error("GenericError", "malformed JSON");
    };
    let arguments = request.get("arguments");
    let argument = |name: &str| arguments.and_then(|it| it.get(name));
    match request.get("execute") {
        Some(Json::Text(command)) => match command.as_str() {
            "guest-ping" => value("{}"),
            "guest-info" => value(&information()),
            "guest-network-get-interfaces" => value(&interfaces(&addresses())),
            "guest-sync" | "guest-sync-delimited" => match argument("id") {
                Some(Json::Number(id)) => {
                    let mut answer = value(id);
                    if command == "guest-sync-delimited" {
                        answer.bytes.insert(0, DELIMITER);
                    }
                    answer
                }
                _ => error("GenericError", "id: a number is missing"),
            },
            "guest-shutdown" => match argument("mode") {
                None => shut_down(Request::PowerOff),
                Some(Json::Text(mode)) if mode == "powerdown" || mode == "halt" => {
                    shut_down(Request::PowerOff)
                }
                Some(Json::Text(mode)) if mode == "reboot" => shut_down(Request::Reboot),
                Some(_) => error("GenericError", "mode: powerdown, halt or reboot"),
            },
            _ => error("CommandNotFound", "the command has not been found"),
        },
        _ => error("GenericError", "execute: the name of a command is missing"),
    }
}

fn value(json: &str) -> Answer {
    Answer {
        bytes: format!("{{\"return\": {json}}}\n").into(),
        request: None,
    }
}

fn error(class: &str, description: &str) -> Answer {
    let error = format!("{{\"error\": {{\"class\": \"{class}\", \"desc\": \"{description}\"}}}}\n");
    Answer {
        bytes: error.into(),
        request: None,
    }
}

fn shut_down(request: Request) -> Answer {
    Answer {
        bytes: Vec::new(),
        request: Some(request),
    }
}

fn information() -> String {
    let commands = COMMANDS.map(|(name, is_answered)| {
        format!("{{\"name\": \"{name}\", \"enabled\": true, \"success-response\": {is_answered}}}")
    });
    format!(
        "{{\"version\": \"{}\", \"supported_commands\": [{}]}}",
        env!("CARGO_PKG_VERSION"),
        commands.join(", ")
    )
}

/// Each interface once, with its addresses.
fn interfaces(addresses: &[Address]) -> String {
    let mut names: Vec<&str> = addresses.iter().map(|it| it.interface.as_str()).collect();
    names.dedup();
    let interfaces = names.iter().map(|name| {
        let own = || addresses.iter().filter(|it| it.interface == *name);
        let hardware = own().find_map(|it| it.hardware.as_ref());
        let mut text = format!("{{\"name\": \"{}\"", json::escape(name));
        if let Some(hardware) = hardware {
            let _ = write!(text, ", \"hardware-address\": \"{hardware}\"");
        }
        let addresses = own().filter_map(|it| it.address).map(|(address, prefix)| {
            let kind = if address.is_ipv4() { "ipv4" } else { "ipv6" };
            format!(
                "{{\"ip-address\": \"{address}\", \"ip-address-type\": \"{kind}\", \"prefix\": {prefix}}}"
            )
        });
        let addresses: Vec<String> = addresses.collect();
        let _ = write!(text, ", \"ip-addresses\": [{}]}}", addresses.join(", "));
        text
    });
    format!("[{}]", interfaces.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(object: &str) -> String {
        let answer = answer(object.as_bytes(), Vec::new);
        String::from_utf8_lossy(&answer.bytes).into_owned()
    }

    fn requested(object: &str) -> Option<Request> {
        answer(object.as_bytes(), Vec::new).request
    }

    fn objects(bytes: &[u8]) -> Vec<String> {
        let mut objects = Objects::default();
        let ended = bytes.iter().filter_map(|byte| objects.push(*byte));
        ended
            .map(|it| String::from_utf8_lossy(&it).into_owned())
            .collect()
    }

    #[test]
    fn a_host_that_asks_is_answered() {
        assert_eq!(said(r#"{"execute": "guest-ping"}"#), "{\"return\": {}}\n");
        assert_eq!(
            said(r#"{"execute":"guest-sync","arguments":{"id":1234567890123456789}}"#),
            "{\"return\": 1234567890123456789}\n"
        );
        let delimited = br#"{"execute":"guest-sync-delimited","arguments":{"id":7}}"#;
        assert_eq!(answer(delimited, Vec::new).bytes, b"\xff{\"return\": 7}\n");
        assert!(said(r#"{"execute":"guest-info"}"#).contains("guest-shutdown"));
    }

    #[test]
    fn what_is_not_known_or_malformed_is_answered_with_an_error() {
        assert!(said(r#"{"execute": "guest-exec"}"#).contains("CommandNotFound"));
        for malformed in [
            "{}",
            "{",
            "{\"execute\": 1}",
            "{\"execute\": \"guest-sync\"}",
            "{\"execute\": \"guest-shutdown\", \"arguments\": {\"mode\": \"x\"}}",
        ] {
            assert!(said(malformed).contains("GenericError"), "{malformed}");
            assert_eq!(requested(malformed), None);
        }
    }

    #[test]
    fn it_is_asked_to_end_in_three_ways() {
        let shutdown = |mode: &str| {
            requested(&format!(
                r#"{{"execute":"guest-shutdown","arguments":{{"mode":"{mode}"}}}}"#
            ))
        };
        assert_eq!(
            requested(r#"{"execute":"guest-shutdown"}"#),
            Some(Request::PowerOff)
        );
        assert_eq!(shutdown("powerdown"), Some(Request::PowerOff));
        assert_eq!(shutdown("halt"), Some(Request::PowerOff));
        assert_eq!(shutdown("reboot"), Some(Request::Reboot));
    }

    #[test]
    fn each_interface_comes_once_with_its_addresses() {
        let address = |interface: &str, hardware: Option<&str>, address: Option<&str>| Address {
            interface: interface.into(),
            hardware: hardware.map(String::from),
            address: address.map(|it| (it.parse().unwrap(), 24)),
        };
        let text = interfaces(&[
            address("eth0", Some("52:54:00:12:34:56"), None),
            address("eth0", None, Some("10.0.2.15")),
            address("eth0", None, Some("fe80::1")),
        ]);
        assert_eq!(
            text,
            "[{\"name\": \"eth0\", \"hardware-address\": \"52:54:00:12:34:56\", \"ip-addresses\": [\
             {\"ip-address\": \"10.0.2.15\", \"ip-address-type\": \"ipv4\", \"prefix\": 24}, \
             {\"ip-address\": \"fe80::1\", \"ip-address-type\": \"ipv6\", \"prefix\": 24}]}]"
        );
    }

    #[test]
    fn objects_are_found_whatever_is_between_them() {
        assert_eq!(
            objects(b"\xff{\"a\": \"}\\\"\"}\n garbage ] {\"b\": {}} {\"c\xff{}"),
            ["{\"a\": \"}\\\"\"}", "{\"b\": {}}", "{}"]
        );
        let long = [&b"{\"a\": \""[..], &[b'x'; 5000], b"\"}{}"].concat();
        assert_eq!(objects(&long), ["{}"]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for object in objects(&bytes) {
                said(&object);
            }
            said(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn nothing_almost_json_makes_it_panic(text in "[\\[{}\\]:,\"\\\\u0-9a-f .-]{0,60}") {
            said(&text);
            said(&format!("{{\"execute\": {text}}}"));
        }
    }
}
