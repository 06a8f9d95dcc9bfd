//! Values of the kernel's that a machine sets for itself (Documentation/admin-guide/sysctl).

use crate::Error;
use std::fs;
use std::io::ErrorKind;

const DIRECTORY: &str = "/proc/sys/";

/// What programs may do without a word: bind any port, since the machine belongs to them, and send echo requests, as
/// containers may (icmp(7)).
const DEFAULTS: &[(&str, &str, &str)] = &[
    (
        "net.ipv4.ip_unprivileged_port_start",
        "0",
        "programs can't bind ports below 1024",
    ),
    (
        "net.ipv4.ping_group_range",
        "0 2147483647",
        "programs can't send echo requests",
    ),
];

/// The defaults, then those that were asked for and are not sealed. Returns what could not be set.
pub fn set(asked: &[(String, String)], is_sealed: impl Fn(&str) -> bool) -> Vec<Error> {
    let defaults = DEFAULTS
        .iter()
        .filter_map(|(name, value, advice)| Some(write(name, value).err()?.advise(advice)));
    let asked = asked
        .iter()
        .filter_map(|(name, value)| match is_sealed(name) {
            true => Some(Error::new(
                format!("set sysctl {name}"),
                "it is one of those that init seals",
            )),
            false => write(name, value).err(),
        });
    defaults.chain(asked).collect()
}

fn write(name: &str, value: &str) -> Result<(), Error> {
    let file = format!("{DIRECTORY}{}", name.replace('.', "/"));
    fs::write(&file, value).map_err(|cause| {
        let advice = match cause.kind() {
            ErrorKind::NotFound => "the kernel has no such value",
            ErrorKind::InvalidInput => "the kernel does not accept this one",
            _ => "",
        };
        Error::new(format!("set sysctl {name} to '{value}'"), cause).advise(advice)
    })
}
