//! Bring the machine onto the network, and keep it there.
//!
//! A thread of its own, for as long as the machine runs: `lo` comes up, then the Ethernet device that was configured, or
//! one whose cable is plugged in, whenever it appears. The device is set UP first of all, since that takes the longest,
//! then gets its address: the configured one, or one by DHCP. The thread sleeps until something happens.
//!
//! The story is in this file. Below it are what decides (`dhcp`, `lease`, `packet`, `settings`, `limit`), which makes no
//! system call, and what acts on the machine (`device`, `interface`, `names`, `wait`).

mod device;
pub mod dhcp;
mod event;
mod interface;
mod ioctl;
mod lease;
mod limit;
mod names;
pub mod packet;
mod rtnetlink;
mod settings;
mod wait;

pub use dhcp::{Acquisition, IgnoreReason, LossCause};
pub use event::{Configured, Event, Granted, Status};
pub use lease::{Lease, Unused};
pub use names::NAMELESS;
pub use settings::{Route, Settings};

use crate::Error;
use crate::config::Ip;
use device::Device;
use dhcp::{Action, Client, Moment};
use interface::Interface;
use limit::Limit;
use std::hash::{BuildHasher, RandomState};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use wait::Wait;

/// Devices and carriers that take longer than this are reported.
const SOON: Duration = Duration::from_secs(5);
/// Of several devices a later one is used only after this time, which the first one's carrier may take: gigabit links
/// need about 3 s to negotiate.
const SETTLE: Duration = Duration::from_secs(4);
/// Until a device that could not be used is tried again.
const RETRY: Duration = Duration::from_secs(10);
/// For the last message to leave the machine; the Ethernet address of its receiver may have to be resolved.
const DRAIN: Duration = Duration::from_millis(500);
/// Larger than what any Ethernet frame carries.
const LARGEST_DATAGRAM: usize = 16 * 1024;

/// The network's thread, seen from outside.
pub struct Network {
    commands: UnixStream,
    status: Arc<Mutex<Status>>,
}

/// Start the network's thread, which calls `report`. `hostname` is the machine's, whatever `ip` or a server say.
///
/// # Errors
/// The kernel has no thread or no socket for it.
pub fn start(
    ip: Ip,
    hostname: Option<String>,
    report: impl Fn(Event) + Send + 'static,
) -> Result<Network, Error> {
    let failed = |cause| Error::new("network: start its thread", cause);
    let (ours, theirs) = UnixStream::pair().map_err(failed)?;
    let hostname = hostname.or_else(|| ip.hostname().map(str::to_owned));
    let mut prepared = vec![names::set_hostname(hostname.as_deref())];
    // here and not in the thread: soon the root file system is read-only
    if ip != Ip::Off {
        prepared.push(names::prepare());
    }
    for error in prepared.into_iter().filter_map(Result::err) {
        report(Event::Failed(error));
    }
    let status = Arc::new(Mutex::new(Status::default()));
    let thread = Thread {
        wait: Wait::new(theirs),
        status: Arc::clone(&status),
        report: Box::new(report),
        limits: Default::default(),
        began: now(),
        hostname,
        own_mtu: 0,
        others: Vec::new(),
        is_unannounced: false,
    };
    std::thread::Builder::new()
        .name("network".into())
        .spawn(move || thread.run(ip))
        .map_err(failed)?;
    Ok(Network {
        commands: ours,
        status,
    })
}

impl Network {
    /// A function with which another thread can ask for the status.
    pub fn watch(&self) -> impl Fn() -> Status + Send + use<> {
        let status = Arc::clone(&self.status);
        move || {
            status
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        }
    }

    pub fn status(&self) -> Status {
        self.status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Release the lease and remove its address, for good: the thread ends. Returns whether it did within
    /// that time.
    pub fn release(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut commands = &self.commands;
        // if this fails the thread has already ended
        let _ = commands.write_all(&[1]);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if commands
                .set_read_timeout(Some(left.max(Duration::from_millis(1))))
                .is_err()
            {
                return false;
            }
            match commands.read(&mut [0]) {
                // the thread has closed its end
                Ok(_) => return true,
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return false,
            }
        }
    }
}

struct Thread {
    wait: Wait,
    status: Arc<Mutex<Status>>,
    report: Box<dyn Fn(Event) + Send>,
    /// One for each kind of event that may come as a flood, so that none hides the others.
    limits: [Limit; Event::FLOODS],
    /// Since when it has been without an address.
    began: Moment,
    /// The machine's configured name: no server gives it another.
    hostname: Option<String>,
    /// The device's MTU if nobody asks for another.
    own_mtu: u16,
    /// The other devices that were set UP to choose one of them.
    others: Vec<Device>,
    /// The neighbours have yet to be informed of the address.
    is_unannounced: bool,
}

/// Why a device is not served any longer.
enum End {
    Released,
    DeviceGone,
    /// It has no carrier, and there are others to choose from.
    NoCarrier,
}

impl Thread {
    fn run(mut self, ip: Ip) {
        self.expect(Interface::open("lo").and_then(|lo| lo.bring_up()));
        if ip == Ip::Off {
            return self.report(Event::Off);
        }
        while let Some(device) = self.find_device(&ip) {
            self.update(|status| status.device = Some((device.name.clone(), device.mac)));
            let end = self.serve(&device, &ip);
            self.update(|status| *status = Status::default());
            match end {
                Ok(End::Released) => return,
                Ok(End::NoCarrier) => continue,
                Err(error) if device.is_present() => {
                    self.report(Event::Failed(error));
                    if self.sleep(RETRY) {
                        return;
                    }
                }
                Ok(End::DeviceGone) | Err(_) => self.report(Event::DeviceGone(device.name)),
            }
            self.began = now();
        }
    }

    /// Returns whether a command came meanwhile.
    fn sleep(&mut self, time: Duration) -> bool {
        let end = now().saturating_add(time);
        while now() < end {
            let left = end.saturating_sub(now());
            if self.wait.wait(None, Some(left)).by_command {
                return true;
            }
        }
        false
    }

    /// Wait for a device for as long as it takes: the configured one, the only one, or of several one that has a carrier.
    /// `None`: it is no longer needed.
    fn find_device(&mut self, ip: &Ip) -> Option<Device> {
        let mut soon = Some(now().saturating_add(SOON));
        let mut settled = now();
        let mut up: Vec<Device> = Vec::new();
        loop {
            let devices = Device::all(ip.device());
            let has_choice = devices.len() > 1;
            // a device that is down does not know whether its cable is plugged in
            let new = devices.iter().filter(|device| !up.contains(device));
            for device in new.filter(|_| has_choice) {
                settled = now().saturating_add(SETTLE);
                self.expect(Interface::open(&device.name).and_then(|it| it.bring_up()));
            }
            up = devices;
            let carriers: Vec<bool> = up.iter().map(Device::has_carrier).collect();
            if let Some(index) = choose(&carriers, now() >= settled) {
                let device = up.remove(index);
                self.report(Event::DeviceFound(device.name.clone(), device.mac));
                for other in &up {
                    self.report(Event::OtherDevice {
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
                    self.report(Event::NoDeviceYet(ip.device().map(str::to_owned)));
                }
                for device in &up {
                    self.report(Event::NoCarrierYet(device.name.clone()));
                }
            }
            let settled = Some(settled).filter(|settled| now() < *settled);
            let next = soon.into_iter().chain(settled).min();
            let time = next.map(|next| next.saturating_sub(now()));
            if self.wait.wait(None, time).by_command {
                return None;
            }
        }
    }

    /// Keep this device on the network for as long as it is present.
    fn serve(&mut self, device: &Device, ip: &Ip) -> Result<End, Error> {
        let interface = Interface::open(&device.name)?;
        interface.bring_up()?;
        self.own_mtu = interface.mtu()?;
        let mut client = match ip {
            Ip::Off => return Ok(End::Released),
            Ip::Static(given) => {
                self.configure(&interface, given.into(), None, Acquisition::Initial);
                None
            }
            Ip::Dhcp { .. } => {
                let socket = client_socket(&interface)?;
                self.expect(interface.take_for_broadcast(true));
                let client = Client::new(device.mac, self.hostname.clone());
                Some((client, socket))
            }
        };
        let mut no_carrier = Some(now().saturating_add(SOON));
        let mut has_carrier = false;
        let mut buffer = [0; LARGEST_DATAGRAM];
        loop {
            let mut actions = vec![];
            if has_carrier != device.has_carrier() {
                has_carrier = !has_carrier;
                no_carrier = None;
                self.update(|status| status.has_carrier = has_carrier);
                self.report(Event::Carrier(device.name.clone(), has_carrier));
                if let Some((client, _)) = &mut client {
                    actions = client.on_link(has_carrier, now(), random());
                }
            }
            if no_carrier.is_some_and(|moment| now() >= moment) {
                no_carrier = None;
                self.report(Event::NoCarrierYet(device.name.clone()));
            }
            let mut next = no_carrier;
            if let Some((client, socket)) = &mut client {
                actions.extend(client.on_time(now(), random()));
                self.perform(&interface, socket, actions, Ipv4Addr::UNSPECIFIED);
                next = client.deadline().into_iter().chain(next).min();
            }
            // also if the address has just expired
            if !has_carrier && !self.is_configured() && has_choice(ip, device) {
                // as it was found, or the lease's would be its own the next time
                self.expect(interface.set_mtu(self.own_mtu));
                return Ok(End::NoCarrier);
            }

            if has_carrier && std::mem::take(&mut self.is_unannounced) {
                self.expect(interface.announce());
            }

            let time = next.map(|next| next.saturating_sub(now()));
            let socket = client.as_ref().map(|(_, socket)| socket);
            let woken = self.wait.wait(socket, time);

            if woken.by_device && !device.is_present() {
                return Ok(End::DeviceGone);
            }
            let Some((client, socket)) = &mut client else {
                if woken.by_command {
                    return Ok(End::Released);
                }
                continue;
            };
            if woken.by_command {
                let actions = client.release(now(), random());
                self.perform(&interface, socket, actions, Ipv4Addr::UNSPECIFIED);
                return Ok(End::Released);
            }
            if woken.by_message {
                // an error means that the device went down: that is noticed at the next look
                if let Ok((length, from)) = socket.recv_from(&mut buffer) {
                    let from = match from.ip() {
                        IpAddr::V4(address) => address,
                        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED,
                    };
                    let bytes = buffer.get(..length).unwrap_or_default();
                    let actions = client.on_message(bytes, from, now(), random());
                    self.perform(&interface, socket, actions, from);
                }
            }
        }
    }

    /// Do what the client wants. `from`: the sender of the message that caused it.
    fn perform(
        &mut self,
        interface: &Interface,
        socket: &UdpSocket,
        actions: Vec<Action>,
        from: Ipv4Addr,
    ) {
        let device = interface.name();
        for action in actions {
            match action {
                Action::Send { to, message } => {
                    let to = to.unwrap_or(Ipv4Addr::BROADCAST);
                    if let Err(cause) = socket.send_to(&message.encode(), (to, packet::SERVER_PORT))
                    {
                        let doing = format!("network: {device}: send to {to}");
                        self.report(Event::Failed(Error::new(doing, cause)));
                    }
                }
                Action::Use(lease, acquisition) => {
                    let granted = Granted {
                        server: lease.server,
                        time: lease.times.map(|times| times.expire),
                        since: now(),
                    };
                    self.configure(interface, lease.settings, Some(granted), acquisition);
                }
                Action::Drop(lease, cause) => {
                    let deadline = Instant::now() + DRAIN;
                    while cause == LossCause::Released
                        && !ioctl::has_sent_all(socket)
                        && Instant::now() < deadline
                    {
                        std::thread::sleep(Duration::from_millis(2));
                    }
                    self.expect(interface.remove_address());
                    if cause != LossCause::Released {
                        self.expect(interface.take_for_broadcast(true));
                    }
                    self.update(|status| status.configured = None);
                    self.began = now();
                    self.report(Event::Lost {
                        device: device.to_owned(),
                        settings: lease.settings,
                        cause,
                    });
                }
                Action::Ignored(reason) => self.report(Event::Ignored {
                    device: device.to_owned(),
                    from,
                    reason,
                }),
                Action::Unused(server, unused) => {
                    for unused in unused {
                        let device = device.to_owned();
                        self.report(Event::Unused {
                            device,
                            server,
                            unused,
                        });
                    }
                }
                Action::NoOffer(time) => self.report(Event::NoOffer(device.to_owned(), time)),
            }
        }
    }

    /// Configure the device, changing only what is different, and report it.
    fn configure(
        &mut self,
        interface: &Interface,
        mut settings: Settings,
        lease: Option<Granted>,
        acquisition: Acquisition,
    ) {
        let mut before = None;
        self.update(|status| before.clone_from(&status.configured));
        let took = match &before {
            Some(before) => before.took,
            None => now().saturating_sub(self.began),
        };
        if let Some(own) = &self.hostname {
            settings.hostname = settings.hostname.filter(|name| name == own);
        }
        let mtu = self.set_mtu(interface, before.as_ref(), settings.mtu);
        let known = before.as_ref().map(|before| &before.settings);
        if let Err(error) = self.apply(interface, known, &settings) {
            self.update(|status| status.configured = None);
            return self.report(Event::Failed(error));
        }
        self.is_unannounced |= !before
            .as_ref()
            .is_some_and(|before| before.settings.is_same_address(&settings));
        self.leave_others();
        let configured = Configured {
            device: interface.name().to_owned(),
            settings,
            mtu,
            lease,
            took,
        };
        self.update(|status| status.configured = Some(configured.clone()));
        self.report(match before {
            None => Event::Configured(configured),
            Some(before) if before.is_same(&configured) => Event::Extended(configured, acquisition),
            Some(before) => Event::Changed {
                before: before.settings,
                now: configured,
                acquisition,
            },
        });
    }

    /// Make it the requested one, or else, or if the device does not accept that, the device's own. Returns the MTU
    /// then, unless none was requested and it is the device's own.
    fn set_mtu(
        &mut self,
        interface: &Interface,
        before: Option<&Configured>,
        requested: Option<u16>,
    ) -> Option<u16> {
        // what the device did not accept it does not accept now
        if before.is_none_or(|before| before.settings.mtu != requested) {
            for mtu in requested.into_iter().chain([self.own_mtu]) {
                let set = interface.set_mtu(mtu);
                let is_set = set.is_ok();
                self.expect(set);
                if is_set {
                    break;
                }
            }
        }
        let mtu = interface.mtu().ok()?;
        (requested.is_some() || mtu != self.own_mtu).then_some(mtu)
    }

    /// # Errors
    /// The address can't be set. Other failures are reported.
    fn apply(
        &mut self,
        interface: &Interface,
        before: Option<&Settings>,
        settings: &Settings,
    ) -> Result<(), Error> {
        let mut routes = settings.routes_in_order();
        match before {
            Some(before) if before.is_same_address(settings) => {
                let old = before.routes_in_order();
                for route in old.iter().filter(|route| !routes.contains(route)) {
                    self.expect(interface.remove_route(route));
                }
                routes.retain(|route| !old.contains(route));
            }
            // the old routes go with the old address
            _ => interface.set_address(settings.address, settings.prefix)?,
        }
        if before.is_none() {
            self.expect(interface.take_for_broadcast(false));
        }
        for route in &routes {
            self.expect(interface.add_route(route));
        }
        let names = |settings: &Settings| settings.resolv_conf();
        if before.map(names) != Some(names(settings)) {
            self.expect(names::write_resolv_conf(settings));
        }
        if self.hostname.is_none() {
            self.expect(names::set_hostname(settings.hostname.as_deref()));
        }
        Ok(())
    }

    /// Once one device is on the network the others go down: the machine has no address there, but would answer.
    fn leave_others(&mut self) {
        for other in std::mem::take(&mut self.others) {
            if other.is_present() {
                self.expect(Interface::open(&other.name).and_then(|it| it.bring_down()));
            }
        }
    }

    /// Report a failure that nothing else depends on.
    fn expect(&mut self, result: Result<(), Error>) {
        if let Err(error) = result {
            self.report(Event::Failed(error));
        }
    }

    fn report(&mut self, event: Event) {
        let limit = event.flood().and_then(|kind| self.limits.get_mut(kind));
        if let Some(limit) = limit {
            match limit.admit(now()) {
                None => return,
                Some(0) => {}
                Some(suppressed) => (self.report)(Event::Suppressed(suppressed)),
            }
        }
        (self.report)(event);
    }

    fn is_configured(&self) -> bool {
        let mut is_configured = false;
        self.update(|status| is_configured = status.configured.is_some());
        is_configured
    }

    fn update(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The index of the only device, or of the first one that has a carrier; whether later ones have one counts once all of
/// them had time to settle.
fn choose(carriers: &[bool], are_settled: bool) -> Option<usize> {
    if carriers.len() == 1 {
        return Some(0);
    }
    let first = carriers.iter().position(|has_carrier| *has_carrier)?;
    (first == 0 || are_settled).then_some(first)
}

/// Whether there may be a better device than this one, which has no carrier.
fn has_choice(ip: &Ip, device: &Device) -> bool {
    let devices = Device::all(ip.device());
    devices.len() > 1 && devices.contains(device)
}

/// On the client's port, through this device only, with or without an address.
fn client_socket(interface: &Interface) -> Result<UdpSocket, Error> {
    let socket = || {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, packet::CLIENT_PORT))?;
        interface.bind(&socket)?;
        socket.set_broadcast(true)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    };
    socket().map_err(|cause: std::io::Error| {
        let doing = format!("network: {}: make a DHCP client's socket", interface.name());
        Error::new(doing, cause)
    })
}

fn now() -> Moment {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_BOOTTIME)
        .map(Duration::from)
        .unwrap_or_default()
}

/// Two machines, and two boots of one, must not choose the same: the keys are the kernel's random numbers
/// (getrandom(2), GRND_INSECURE, which does not wait), and the time makes up for those of a very early boot.
fn random() -> u32 {
    RandomState::new().hash_one(now()) as u32
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
