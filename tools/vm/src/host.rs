//! What the host has to offer.

use std::fs::OpenOptions;
use std::net::TcpListener;

/// The quickest accelerator that QEMU has here.
pub fn accelerator() -> &'static str {
    if has_kvm() { "kvm" } else { "tcg" }
}

/// Some hypervisors give their guests a `/dev/kvm` without the processor's support for it, which fails.
fn has_kvm() -> bool {
    let permitted = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/kvm")
        .is_ok();
    let processors = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    permitted
        && processors
            .split_whitespace()
            .any(|flag| flag == "vmx" || flag == "svm")
}

/// A port of this host that nothing listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind a free port");
    listener
        .local_addr()
        .expect("a bound socket has an address")
        .port()
}
