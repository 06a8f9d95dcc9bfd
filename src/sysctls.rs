//! Values of the kernel's that a machine sets for itself (Documentation/admin-guide/sysctl).

use crate::Error;
use std::fs;
use std::io::ErrorKind;

const DIRECTORY: &str = "/proc/sys/";

/// Of every machine. Programs may bind any port, since the machine belongs to them, and send echo requests, as containers
/// may (icmp(7)). Free memory is for them: a kernel whose memory is in pieces would keep a block of 2 MB free beside its
/// reserve, a tenth of a small machine, and kill programs for it (Documentation/admin-guide/sysctl/vm.rst).
const DEFAULTS: &[(&str, &str, &str)] = &[
    (
        "vm.watermark_boost_factor",
        "0",
        "programs have 2 MB less of memory now and then",
    ),
    // the kernel's own value: to write any makes it give back a block that it has kept already
    (
        "vm.watermark_scale_factor",
        "10",
        "programs have 2 MB less of memory now and then",
    ),
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

/// Set the defaults, as early as there is `/proc`. Returns what could not be set.
pub fn set_defaults() -> Vec<Error> {
    DEFAULTS
        .iter()
        .filter_map(|(name, value, advice)| Some(write(name, value).err()?.advise(advice)))
        .collect()
}

/// Set those that were asked for and are not sealed, also over a default. Returns what could not be set.
pub fn set(asked: &[(String, String)], is_sealed: impl Fn(&str) -> bool) -> Vec<Error> {
    asked
        .iter()
        .filter_map(|(name, value)| match is_sealed(name) {
            true => Some(Error::new(
                format!("set sysctl {name}"),
                "it is one of those that init seals",
            )),
            false => write(name, value).err(),
        })
        .collect()
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
