//! Bring the machine onto the network, and keep it there.
//!
//! A thread of its own, for as long as the machine runs: `lo` comes up, then the Ethernet device that was asked
//! for, or one whose cable is in, whenever it appears. The device is set UP before all else, since that takes it the
//! longest, then gets its address: the one given, or one by DHCP. It sleeps until something happens.

mod act;
mod choice;
pub mod dhcp;
mod event;
mod interface;
mod lease;
mod link;
mod names;
pub mod packet;
mod settings;

pub use dhcp::{How, Reason, Why};
pub use event::{Configured, Event, Granted, Status};
pub use lease::{Lease, Unused};
pub use names::NAMELESS;
pub use settings::{Route, Settings};

use crate::Error;
use crate::config::Ip;
use choice::has_choice;
use dhcp::{Client, Moment};
use event::Limits;
use interface::Interface;
use link::{Device, Wait};
use std::hash::{BuildHasher, RandomState};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Devices and carriers that take longer than this are told about.
const SOON: Duration = Duration::from_secs(5);
/// Until a device that could not be used is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// Larger than what any Ethernet frame carries.
const LARGEST_DATAGRAM: usize = 16 * 1024;

/// The network's thread, seen from outside.
pub struct Network {
    orders: UnixStream,
    status: Arc<Mutex<Status>>,
}

/// Start the network's thread; `tell` is called by it. `hostname` is the machine's, whatever `ip` or a server
/// have to say about it.
///
/// # Errors
/// The kernel has no thread or no socket for it.
pub fn start(
    ip: Ip,
    hostname: Option<String>,
    tell: impl Fn(Event) + Send + 'static,
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
        tell(Event::Failed(error));
    }
    let status = Arc::new(Mutex::new(Status::default()));
    let thread = Thread {
        wait: Wait::new(theirs),
        status: Arc::clone(&status),
        tell: Box::new(tell),
        limits: Limits::default(),
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
        orders: ours,
        status,
    })
}

impl Network {
    /// How the network is, for another thread to ask.
    pub fn watch(&self) -> impl Fn() -> Status + Send + use<> {
        let status = Arc::clone(&self.status);
        move || {
            status
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone()
        }
    }

    /// How the network is now.
    pub fn status(&self) -> Status {
        self.status
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Give a lease back and take its address away, for good: the thread ends. Returns whether it did within
    /// that time.
    pub fn release(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut orders = &self.orders;
        // it has ended already if nobody takes the order
        let _ = orders.write_all(&[1]);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if orders
                .set_read_timeout(Some(left.max(Duration::from_millis(1))))
                .is_err()
            {
                return false;
            }
            match orders.read(&mut [0]) {
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
    tell: Box<dyn Fn(Event) + Send>,
    limits: Limits,
    /// When it began to be without an address.
    began: Moment,
    /// The machine's name where it was given, so that no server gives it another.
    hostname: Option<String>,
    /// The device's MTU where nobody wants another.
    own_mtu: u16,
    /// The devices that were set UP to choose one of them, but for that.
    others: Vec<Device>,
    /// The neighbours were not told of the address yet.
    is_unannounced: bool,
}

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
            return self.tell(Event::Off);
        }
        while let Some(device) = self.find(&ip) {
            self.update(|status| status.device = Some((device.name.clone(), device.mac)));
            let end = self.serve(&device, &ip);
            self.update(|status| *status = Status::default());
            match end {
                Ok(End::Released) => return,
                Ok(End::NoCarrier) => continue,
                Err(error) if device.is_there() => {
                    self.tell(Event::Failed(error));
                    if self.sleep(TRY_AGAIN) {
                        return;
                    }
                }
                Ok(End::DeviceGone) | Err(_) => self.tell(Event::DeviceGone(device.name)),
            }
            self.began = now();
        }
    }

    /// Whether an order came meanwhile.
    fn sleep(&mut self, time: Duration) -> bool {
        let end = now().saturating_add(time);
        while now() < end {
            let left = end.saturating_sub(now());
            if self.wait.wait(None, Some(left)).by_order {
                return true;
            }
        }
        false
    }

    /// Keep this device on the network for as long as it is there.
    fn serve(&mut self, device: &Device, ip: &Ip) -> Result<End, Error> {
        let interface = Interface::open(&device.name)?;
        interface.bring_up()?;
        self.own_mtu = interface.mtu()?;
        let mut client = match ip {
            Ip::Off => return Ok(End::Released),
            Ip::Static(given) => {
                self.configure(&interface, given.into(), None, How::Acquired);
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
                self.tell(Event::Carrier(device.name.clone(), has_carrier));
                if let Some((client, _)) = &mut client {
                    actions = client.on_link(has_carrier, now(), random());
                }
            }
            if no_carrier.is_some_and(|moment| now() >= moment) {
                no_carrier = None;
                self.tell(Event::NoCarrierYet(device.name.clone()));
            }
            let mut next = no_carrier;
            if let Some((client, socket)) = &mut client {
                actions.extend(client.on_time(now(), random()));
                self.perform(&interface, socket, actions, Ipv4Addr::UNSPECIFIED);
                next = client.deadline().into_iter().chain(next).min();
            }
            // also where the address has just expired
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

            if woken.by_device && !device.is_there() {
                return Ok(End::DeviceGone);
            }
            let Some((client, socket)) = &mut client else {
                if woken.by_order {
                    return Ok(End::Released);
                }
                continue;
            };
            if woken.by_order {
                let actions = client.release(now(), random());
                self.perform(&interface, socket, actions, Ipv4Addr::UNSPECIFIED);
                return Ok(End::Released);
            }
            if woken.by_message {
                // an error is a device that went down: the next look at it tells
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
/// (getrandom(2), GRND_INSECURE: it does not wait), and the time makes up for those of a very early boot.
fn random() -> u32 {
    RandomState::new().hash_one(now()) as u32
}
