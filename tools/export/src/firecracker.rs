//! A machine for Firecracker: kernel, initramfs, and the file for its option `--config-file` (the schemas of its API,
//! src/firecracker/swagger/firecracker.yaml).

use crate::microvm::{self, INITRD, KERNEL, MEMORY, PROCESSORS, TAP};
use crate::payload::{File, Payload};
use serde_json::json;

/// It sees a machine's end by a reset, which it takes from the keyboard controller alone; it has no PCI.
const COMMAND_LINE: &str = "reboot=k pci=off";

pub fn files(payload: &Payload) -> Vec<File> {
    let machine = json!({
        "boot-source": {
            "kernel_image_path": KERNEL,
            "initrd_path": INITRD,
            "boot_args": format!("{} {COMMAND_LINE}", payload.command_line),
        },
        "drives": [],
        "machine-config": { "vcpu_count": PROCESSORS, "mem_size_mib": MEMORY },
        "network-interfaces": [{ "iface_id": "eth0", "host_dev_name": TAP }],
    });
    microvm::files(payload, &machine)
}
