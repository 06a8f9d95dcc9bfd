//! The devices that there are, by what each says it is: the files `modalias` below `/sys/devices`.

use std::path::{Path, PathBuf};

/// Directories that a device may stand below the others: a USB stick behind hubs behind bridges is at 20.
pub const DEEPEST: usize = 40;

/// A directory below `/sys/devices` that says what the device is.
#[derive(Debug, PartialEq, Eq)]
pub struct Device {
    pub path: PathBuf,
    pub modalias: String,
}

impl Device {
    /// As the kernel calls it: `0000:00:03.0`.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }
}

/// All devices below `root` that have a modalias, sorted by their paths, so that cards get their drivers, and
/// with it their names, in the order of their slots. Links, of which sysfs is full, are not followed; a
/// directory that is gone when we come to it has no devices.
pub fn devices(root: &Path) -> Vec<Device> {
    let mut devices: Vec<Device> = Vec::new();
    let mut left = vec![(root.to_owned(), 0)];
    while let Some((path, depth)) = left.pop() {
        let Ok(entries) = std::fs::read_dir(&path) else {
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
        if let Ok(modalias) = std::fs::read(path.join("modalias")) {
            let modalias = String::from_utf8_lossy(modalias.trim_ascii()).into_owned();
            let place = devices.partition_point(|device| device.path < path);
            devices.insert(place, Device { path, modalias });
        }
    }
    devices
}
