//! The devices and how each describes itself: the files `modalias` below `/sys/devices`.

use super::glob;
use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// How many directories deep a device may be: a USB stick behind hubs behind bridges is at 20.
pub const DEEPEST: usize = 40;

/// The modaliases of network cards: PCI's by their class, virtio's and VMBus' by their kind, and VMBus itself.
const NETWORK_CARDS: [&str; 4] = [
    "pci:*bc02sc*",
    "virtio:d00000001v*",
    "vmbus:635161f83edfc546913ff2d2f965ed0e",
    "acpi*:VMBUS:*",
];

/// A directory below `/sys/devices` with a modalias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub path: PathBuf,
    pub modalias: String,
}

/// Where a device comes among the others: its PCI slot, and its path. Larger numbers make longer names, so the longer one
/// is the later one: `virtio10` comes after `virtio9`.
type Place<'a> = (Option<Name<'a>>, Vec<Name<'a>>);
type Name<'a> = (usize, &'a OsStr);

impl Device {
    /// As the kernel calls it: `0000:00:03.0`.
    pub fn name(&self) -> Cow<'_, str> {
        self.file_name().to_string_lossy()
    }

    fn file_name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }

    /// Is one of the kernel's drivers its driver?
    pub fn has_driver(&self) -> bool {
        self.path.join("driver").exists()
    }

    /// Is it a network card, or the bus that one hangs on?
    pub fn is_network_card(&self) -> bool {
        NETWORK_CARDS
            .iter()
            .any(|pattern| glob::matches(pattern, &self.modalias))
    }

    /// While this is off, the drivers of the device's bus take no device by themselves.
    ///
    /// If it can't be switched off they take all devices that they support: then the order is the drivers'.
    pub fn set_autoprobe(&self, on: bool) {
        let switch = self.path.join("subsystem/drivers_autoprobe");
        let _ = fs::write(switch, if on { "1" } else { "0" });
    }

    /// Let one of the kernel's drivers take this device, unless one did already, and wait until it has. Drivers
    /// that fail log that themselves.
    pub fn probe(&self) {
        if !self.has_driver() {
            let probe = self.path.join("subsystem/drivers_probe");
            let _ = fs::write(probe, self.file_name().as_encoded_bytes());
        }
    }

    /// The kernel's own order: the slots of a PCI bus before those behind its bridges, whose buses have higher
    /// numbers. What is on a device's own bus, such as virtio's, comes after that and before the next slot.
    fn place(&self) -> Place<'_> {
        let path: Vec<Name> = self.path.iter().map(|name| (name.len(), name)).collect();
        let slot = path.iter().rfind(|(_, name)| is_pci_slot(name)).copied();
        (slot, path)
    }
}

/// `0000:00:03.0`
fn is_pci_slot(name: &OsStr) -> bool {
    let bytes = name.as_encoded_bytes();
    bytes.iter().filter(|byte| **byte == b':').count() == 2 && bytes.contains(&b'.')
}

/// All devices below `root` that have a modalias, in the order of their places, so that cards get their drivers,
/// and thereby their names, in the order of their slots. Links, of which sysfs is full, are not followed; a
/// directory that has gone meanwhile has no devices.
pub fn devices(root: &Path) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    let mut left = vec![(root.to_owned(), 0)];
    while let Some((path, depth)) = left.pop() {
        let Ok(entries) = fs::read_dir(&path) else {
            continue;
        };
        let mut has_modalias = false;
        for entry in entries.flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && depth < DEEPEST => {
                    left.push((entry.path(), depth + 1))
                }
                Ok(kind) if kind.is_file() => has_modalias |= entry.file_name() == "modalias",
                _ => {}
            }
        }
        if !has_modalias {
            continue;
        }
        if let Ok(modalias) = fs::read(path.join("modalias")) {
            let modalias = String::from_utf8_lossy(modalias.trim_ascii()).into_owned();
            let device = Device { path, modalias };
            let index = devices.partition_point(|other| other.place() < device.place());
            devices.insert(index, device);
        }
    }
    devices
}
