//! What is decoded encodes and decodes to the same, and what a message grants is fit to be used.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::network::packet::{Message, addressee};
use scratchmachine::network::{Lease, Route, Settings};
use std::net::Ipv4Addr;

fn is_fit(settings: &Settings) {
    assert!((1..=32).contains(&settings.prefix));
    assert!(!settings.address.is_unspecified() && !settings.address.is_multicast());
    assert!(!settings.address.is_loopback() && !settings.address.is_broadcast());
    assert!(settings.mtu.is_none_or(|mtu| mtu >= 576));
    let in_order = settings.routes_in_order();
    for route in &settings.routes {
        let leads_there = |other: &Route| (other.to, other.prefix) == (route.to, route.prefix);
        assert!(route.prefix <= 32 && in_order.iter().filter(|it| leads_there(it)).count() == 1);
        let host_bits = u32::MAX.checked_shr(route.prefix.into()).unwrap_or(0);
        assert_eq!(route.to.to_bits() & host_bits, 0, "{route}");
    }
    assert!(in_order.len() <= 2 * settings.routes.len());
    // files and the console get these
    for line in settings.resolv_conf().lines() {
        let (key, value) = line.split_once(' ').expect("a key and a value");
        match key {
            "nameserver" => assert!(value.parse::<Ipv4Addr>().is_ok()),
            "search" => is_name(value),
            other => panic!("{other}"),
        }
    }
    settings.hostname.as_deref().map(is_name);
    assert!(
        settings
            .hostname
            .as_ref()
            .is_none_or(|name| name.len() <= 64)
    );
}

fn is_name(name: &str) {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    assert!(
        (1..=253).contains(&name.len()) && name.chars().all(is_plain),
        "{name:?}"
    );
}

fuzz_target!(|bytes: &[u8]| {
    let message = match Message::decode(bytes) {
        Ok(message) => message,
        Err(malformed) => return assert!(!malformed.to_string().contains('\n')),
    };
    assert_eq!(addressee(bytes), Some(message.mac));
    assert_eq!(Message::decode(&message.encode()), Ok(message.clone()));
    if let Ok(lease) = Lease::granted_by(&message, Ipv4Addr::new(10, 0, 2, 2)) {
        is_fit(&lease.settings);
        for unused in &lease.unused {
            let line = unused.to_string();
            assert!(line.len() < 512 && !line.chars().any(char::is_control));
        }
        if let Some(times) = lease.times {
            assert!(times.renew <= times.rebind && times.rebind < times.expire);
            assert!(times.renew.as_secs() >= 2);
        }
    }
});
