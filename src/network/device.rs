//! Which network devices there are, according to sysfs (Documentation/ABI/testing/sysfs-class-net).

use super::interface::Interface;
use super::packet::Mac;
use std::fs;
use std::path::{Path, PathBuf};

const DEVICES: &str = "/sys/class/net";
/// ARPHRD_ETHER
const ETHERNET: &str = "1";

/// An Ethernet device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub name: String,
    pub mac: Mac,
    /// Another device of the same name has another number.
    index: u32,
}

impl Device {
    /// The one with that name, or else all of them, in the order in which the kernel found them.
    pub fn all(name: Option<&str>) -> Vec<Device> {
        let mut devices = Self::all_in(Path::new(DEVICES), name);
        devices.retain(Device::is_present);
        devices
    }

    fn all_in(devices: &Path, name: Option<&str>) -> Vec<Device> {
        let mut found: Vec<Device> = Vec::new();
        for entry in fs::read_dir(devices).into_iter().flatten().flatten() {
            let device = Device::read(&entry.path());
            if let Some(device) = device.filter(|it| name.is_none_or(|name| it.name == name)) {
                let place = found.partition_point(|other| other.index < device.index);
                found.insert(place, device);
            }
        }
        found
    }

    fn read(directory: &Path) -> Option<Device> {
        let attribute = |name| fs::read_to_string(directory.join(name)).ok();
        (attribute("type")?.trim_end() == ETHERNET).then_some(())?;
        Some(Device {
            name: directory.file_name()?.to_str()?.to_owned(),
            mac: parse_mac(attribute("address")?.trim_end())?,
            index: attribute("ifindex")?.trim_end().parse().ok()?,
        })
    }

    /// By asking the kernel, not sysfs: it announces a removal before the device disappears from sysfs, and only once.
    pub fn is_present(&self) -> bool {
        let index = Interface::open(&self.name).and_then(|it| it.index());
        index.is_ok_and(|index| index == self.index)
    }

    /// The cable is plugged in and its other end is alive. A device that is not UP has no carrier.
    pub fn has_carrier(&self) -> bool {
        fs::read_to_string(self.directory().join("carrier")).is_ok_and(|text| text.starts_with('1'))
    }

    fn directory(&self) -> PathBuf {
        Path::new(DEVICES).join(&self.name)
    }
}

fn parse_mac(text: &str) -> Option<Mac> {
    let mut bytes = text.split(':').map(|byte| u8::from_str_radix(byte, 16));
    let mut mac = [0; 6];
    for to in &mut mac {
        *to = bytes.next()?.ok()?;
    }
    bytes.next().is_none().then_some(Mac(mac))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sysfs(devices: &[(&str, &str, &str, &str)]) -> PathBuf {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let root = std::env::temp_dir().join(format!("link-{}-{number}", std::process::id()));
        for (name, kind, address, index) in devices {
            let device = root.join(name);
            fs::create_dir_all(&device).unwrap();
            fs::write(device.join("type"), format!("{kind}\n")).unwrap();
            fs::write(device.join("address"), format!("{address}\n")).unwrap();
            fs::write(device.join("ifindex"), format!("{index}\n")).unwrap();
        }
        root
    }

    #[test]
    fn ethernet_devices_come_in_the_order_in_which_the_kernel_found_them() {
        let root = sysfs(&[
            ("lo", "772", "00:00:00:00:00:00", "1"),
            ("eth10", "1", "52:54:00:12:34:57", "3"),
            ("eth0", "1", "52:54:00:12:34:56", "2"),
        ]);
        let found = Device::all_in(&root, None);
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].name.as_str(), found[0].mac.to_string().as_str()),
            ("eth0", "52:54:00:12:34:56")
        );
        assert_eq!(Device::all_in(&root, Some("eth10")), found[1..]);
        assert_eq!(Device::all_in(&root, Some("eth1")), []);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_device_whose_address_is_not_ethernets_is_ignored() {
        let root = sysfs(&[
            ("a", "1", "52:54:00:12:34", "2"),
            ("b", "1", "52:54:00:12:34:56:78", "3"),
            ("c", "1", "", "4"),
        ]);
        assert_eq!(Device::all_in(&root, None), []);
        fs::remove_dir_all(root).unwrap();
        assert_eq!(Device::all_in(Path::new("/nowhere"), None), []);
    }

    #[test]
    fn a_device_is_known_by_its_name_and_its_number() {
        let lo = fs::read_to_string("/sys/class/net/lo/ifindex");
        let index = lo.unwrap_or_default().trim().parse().unwrap_or(1);
        let mac = Mac([0; 6]);
        let is_present = |name: &str, index| {
            let name = name.to_owned();
            Device { name, mac, index }.is_present()
        };
        assert!(is_present("lo", index));
        assert!(!is_present("lo", index + 1));
        assert!(!is_present("nosuch0", index));
    }
}
