//! A machine for Cloud Hypervisor: kernel, initramfs, and the file for `ch-remote create` (VmConfig in
//! vmm/src/api/openapi/cloud-hypervisor.yaml).

use crate::microvm::{self, INITRD, KERNEL, MEMORY, PROCESSORS, TAP};
use crate::payload::{File, Payload};
use serde_json::json;

pub fn files(payload: &Payload) -> Vec<File> {
    let machine = json!({
        "payload": {
            "kernel": KERNEL,
            "initramfs": INITRD,
            "cmdline": payload.command_line,
        },
        "cpus": { "boot_vcpus": PROCESSORS, "max_vcpus": PROCESSORS },
        "memory": { "size": MEMORY << 20 },
        "net": [{ "tap": TAP }],
        "serial": { "mode": "Tty" },
        "console": { "mode": "Off" },
    });
    microvm::files(payload, &machine)
}
