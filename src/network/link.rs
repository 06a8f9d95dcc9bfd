//! Which network devices there are, as sysfs tells it (Documentation/ABI/testing/sysfs-class-net), and waiting
//! for that to change.

use super::interface::{self, Interface};
use super::packet::Mac;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::fs;
use std::net::UdpSocket;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

const DEVICES: &str = "/sys/class/net";
/// ARPHRD_ETHER
const ETHERNET: &str = "1";
/// How often to look where the kernel does not tell of changes.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// An Ethernet device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub name: String,
    pub mac: Mac,
    /// Another device of the same name has another number.
    index: u32,
}

impl Device {
    /// Those of that name, or else all, in the order in which the kernel found them.
    pub fn all(name: Option<&str>) -> Vec<Device> {
        let mut devices = Self::all_in(Path::new(DEVICES), name);
        devices.retain(Device::is_there);
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

    /// The kernel is asked, not sysfs: it tells that a device goes before that is gone from there, and no more then.
    pub fn is_there(&self) -> bool {
        let index = Interface::open(&self.name).and_then(|it| it.index());
        index.is_ok_and(|index| index == self.index)
    }

    /// The cable is in and somebody is at its other end. A device that is not UP has none.
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

/// All that the network's thread waits for.
pub struct Wait {
    /// `None` where the kernel won't tell.
    changes: Option<OwnedFd>,
    /// `None` once nobody is there any more to give an order.
    orders: Option<UnixStream>,
}

/// What there is to be looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Woken {
    pub by_device: bool,
    pub by_message: bool,
    pub by_order: bool,
}

impl Wait {
    pub fn new(orders: UnixStream) -> Wait {
        Wait {
            changes: interface::changes().ok(),
            orders: Some(orders),
        }
    }

    /// Sleep until something happens or the time is over. `None`: as long as it takes.
    pub fn wait(&mut self, messages: Option<&UdpSocket>, time: Option<Duration>) -> Woken {
        let time = match &self.changes {
            Some(_) => time,
            None => Some(time.map_or(LOOK_AGAIN, |time| time.min(LOOK_AGAIN))),
        };
        let sources = [
            self.changes.as_ref().map(AsFd::as_fd),
            self.orders.as_ref().map(AsFd::as_fd),
            messages.map(AsFd::as_fd),
        ];
        let mut polled: Vec<PollFd> = sources
            .iter()
            .flatten()
            .map(|source| PollFd::new(*source, PollFlags::POLLIN))
            .collect();
        let woken = match poll(&mut polled, time.map_or(PollTimeout::NONE, poll_timeout)) {
            Ok(_) => {
                let mut polled = polled.iter();
                let [changes, orders, messages] = sources.map(|source| {
                    source.is_some()
                        && polled
                            .next()
                            .is_some_and(|source| source.any().unwrap_or(true))
                });
                Woken {
                    by_device: changes || self.changes.is_none(),
                    by_message: messages,
                    by_order: orders,
                }
            }
            Err(Errno::EINTR) => Woken::default(),
            Err(_) => {
                // out of memory: try again, but not at once
                std::thread::sleep(LOOK_AGAIN);
                Woken::default()
            }
        };
        if woken.by_device {
            self.forget_changes();
        }
        Woken {
            by_order: woken.by_order && self.is_order(),
            ..woken
        }
    }

    /// What changed is read from sysfs. The kernel keeps a bounded number of such messages; that some were
    /// lost is a change as well.
    fn forget_changes(&self) {
        let mut buffer = [0; 4096];
        if let Some(changes) = &self.changes {
            while nix::unistd::read(changes, &mut buffer).is_ok_and(|count| count > 0) {}
        }
    }

    /// The only order there is has one byte. Without a byte the other end is gone, and nobody gives orders.
    fn is_order(&mut self) -> bool {
        let mut order = [0];
        let given = self
            .orders
            .as_ref()
            .is_some_and(|orders| nix::unistd::read(orders, &mut order).is_ok_and(|n| n > 0));
        if !given {
            self.orders = None;
        }
        given
    }
}

/// Rounded up: waking before it is time would only mean to sleep again.
fn poll_timeout(time: Duration) -> PollTimeout {
    let milliseconds = time.as_micros().div_ceil(1000);
    i32::try_from(milliseconds)
        .ok()
        .and_then(|milliseconds| PollTimeout::try_from(milliseconds).ok())
        .unwrap_or(PollTimeout::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

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
    fn a_device_whose_address_is_not_ethernets_is_passed_over() {
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
    fn a_device_is_there_by_its_name_and_its_number() {
        let lo = fs::read_to_string("/sys/class/net/lo/ifindex");
        let index = lo.unwrap_or_default().trim().parse().unwrap_or(1);
        let mac = Mac([0; 6]);
        let is_there = |name: &str, index| {
            let name = name.to_owned();
            Device { name, mac, index }.is_there()
        };
        assert!(is_there("lo", index));
        assert!(!is_there("lo", index + 1));
        assert!(!is_there("nosuch0", index));
    }

    #[test]
    fn an_order_wakes_once_and_an_end_without_one_never_again() {
        let (giver, taker) = UnixStream::pair().unwrap();
        let mut wait = Wait::new(taker);
        (&giver).write_all(&[1]).unwrap();
        assert!(wait.wait(None, None).by_order);
        drop(giver);
        assert!(!wait.wait(None, None).by_order);
        // would return at once, again and again, were the end still listened to
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(50) {
            wait.wait(None, Some(Duration::from_millis(50)));
        }
        assert!(wait.orders.is_none());
    }

    #[test]
    fn times_are_rounded_up_and_bounded() {
        let timeout = |time| Some(i32::from(poll_timeout(time)));
        assert_eq!(timeout(Duration::from_micros(1)), Some(1));
        assert_eq!(timeout(Duration::from_millis(37)), Some(37));
        assert_eq!(timeout(Duration::MAX), Some(i32::MAX));
    }
}
