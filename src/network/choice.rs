//! Which device the machine is on the network with: the one that was asked for, the only one there is, or of several
//! one whose cable is in.

use super::event::Event;
use super::interface::Interface;
use super::link::Device;
use super::{SOON, Thread, now};
use crate::config::Ip;
use std::time::Duration;

/// Of several devices a later one is used only after this time, which the carrier of the first may take: gigabit links
/// come to terms in about 3 s.
const SETTLE: Duration = Duration::from_secs(4);

/// The place of the only one, or of the first that has a carrier; whether the others have one counts when they all had
/// the time for it.
fn choose(carriers: &[bool], are_settled: bool) -> Option<usize> {
    if carriers.len() == 1 {
        return Some(0);
    }
    let first = carriers.iter().position(|has_carrier| *has_carrier)?;
    (first == 0 || are_settled).then_some(first)
}

impl Thread {
    /// Wait for a device for as long as it takes. `None`: it is not wanted any more.
    pub(super) fn find(&mut self, ip: &Ip) -> Option<Device> {
        let mut soon = Some(now().saturating_add(SOON));
        let mut settled = now();
        let mut up: Vec<Device> = Vec::new();
        loop {
            let devices = Device::all(ip.device());
            let has_choice = devices.len() > 1;
            // a device that is down does not know whether its cable is in
            let new = devices.iter().filter(|device| !up.contains(device));
            for device in new.filter(|_| has_choice) {
                settled = now().saturating_add(SETTLE);
                self.expect(Interface::open(&device.name).and_then(|it| it.bring_up()));
            }
            up = devices;
            let carriers: Vec<bool> = up.iter().map(Device::has_carrier).collect();
            if let Some(index) = choose(&carriers, now() >= settled) {
                let device = up.remove(index);
                self.tell(Event::Device(device.name.clone(), device.mac));
                for other in &up {
                    self.tell(Event::Other {
                        name: other.name.clone(),
                        mac: other.mac,
                        has_carrier: other.has_carrier(),
                        word: ip.on(&other.name),
                    });
                }
                self.others = up;
                return Some(device);
            }
            if soon.is_some_and(|soon| now() >= soon) {
                soon = None;
                if up.is_empty() {
                    self.tell(Event::NoDeviceYet(ip.device().map(str::to_owned)));
                }
                for device in &up {
                    self.tell(Event::NoCarrierYet(device.name.clone()));
                }
            }
            let settled = Some(settled).filter(|settled| now() < *settled);
            let next = soon.into_iter().chain(settled).min();
            let time = next.map(|next| next.saturating_sub(now()));
            if self.wait.wait(None, time).by_order {
                return None;
            }
        }
    }

    /// Once one device is on the network the others are down: the machine has no address there, but would answer.
    pub(super) fn leave_others(&mut self) {
        for other in std::mem::take(&mut self.others) {
            if other.is_there() {
                self.expect(Interface::open(&other.name).and_then(|it| it.bring_down()));
            }
        }
    }
}

/// There may be a better one than this device, which has no carrier.
pub fn has_choice(ip: &Ip, device: &Device) -> bool {
    let devices = Device::all(ip.device());
    devices.len() > 1 && devices.contains(device)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_device_with_a_carrier_is_chosen_but_the_first_of_all_is_waited_for() {
        for (carriers, at_once, settled) in [
            ([true, true, true].as_slice(), Some(0), Some(0)),
            (&[false], Some(0), Some(0)),
            (&[false, true, true], None, Some(1)),
            (&[false, false, true], None, Some(2)),
            (&[false, false, false], None, None),
            (&[], None, None),
        ] {
            assert_eq!(choose(carriers, false), at_once, "{carriers:?}");
            assert_eq!(choose(carriers, true), settled, "{carriers:?}");
        }
    }
}
