//! What is accepted prints and is read again as the same; what is not gets an answer of one short line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::config::Ip;
use std::fmt::Display;

fn shown(value: &Option<impl Display>) -> String {
    value.as_ref().map(ToString::to_string).unwrap_or_default()
}

fn printed(ip: &Ip) -> String {
    match ip {
        Ip::Off => "off".into(),
        Ip::Dhcp { device, hostname } => {
            format!("::::{}:{}:dhcp", shown(hostname), shown(device))
        }
        Ip::Static(given) => format!(
            "{}::{}:{}:{}:{}:off:{}:{}",
            given.address,
            shown(&given.gateway),
            given.netmask,
            shown(&given.hostname),
            shown(&given.device),
            shown(&given.dns.first()),
            shown(&given.dns.get(1)),
        ),
    }
}

fuzz_target!(|text: &str| {
    match text.parse::<Ip>() {
        Ok(ip) => {
            if let Ip::Static(given) = &ip {
                let host = !u32::from(given.netmask);
                assert_eq!(host & host.wrapping_add(1), 0, "{}", given.netmask);
                assert!(given.dns.len() <= 2);
            }
            assert_eq!(printed(&ip).parse(), Ok(ip));
        }
        Err(cause) => assert!(!cause.is_empty() && cause.chars().count() <= 256, "{cause}"),
    }
});
