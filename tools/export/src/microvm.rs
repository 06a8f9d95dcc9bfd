//! What a machine without firmware gets in every hypervisor: its files, and a configuration that names them.

use crate::payload::{File, Payload};
use serde_json::Value;

pub const PROCESSORS: u64 = 1;
/// Megabytes.
pub const MEMORY: u64 = 128;
/// The device of the host that its network card is.
pub const TAP: &str = "tap0";

pub const KERNEL: &str = "vmlinux";
pub const INITRD: &str = "initrd";

pub fn files(payload: &Payload, machine: &Value) -> Vec<File> {
    vec![
        File::new("machine.json", format!("{machine:#}\n").as_bytes()),
        File::new(KERNEL, &payload.kernel),
        File::new(INITRD, &payload.initrd),
    ]
}
