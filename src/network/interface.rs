//! A network device, and what can be done with it.

use super::ioctl::{self, Name};
use super::rtnetlink;
use super::settings::{Route, mask};
use crate::Error;
use nix::errno::Errno;
use nix::sys::socket::{setsockopt, sockopt};
use std::net::{Ipv4Addr, UdpSocket};

/// A network device by its name, and a socket to talk to the kernel about it.
pub struct Interface {
    name: Name,
    shown: String,
    socket: UdpSocket,
}

impl Interface {
    /// # Errors
    /// The kernel does not allow such a name, or no socket is available.
    pub fn open(name: &str) -> Result<Self, Error> {
        if name.is_empty() || name.len() >= libc::IFNAMSIZ || name.contains(['\0', '/']) {
            return Err(Error::new(
                format!("network: open '{name}'"),
                format_args!("a device's name has 1 to {} bytes", libc::IFNAMSIZ - 1),
            ));
        }
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
            .map_err(|cause| Error::new("network: make a socket", cause))?;
        let mut padded = [0; libc::IFNAMSIZ];
        for (to, from) in padded.iter_mut().zip(name.bytes()) {
            *to = from as libc::c_char;
        }
        Ok(Interface {
            name: padded,
            shown: name.to_owned(),
            socket,
        })
    }

    pub fn name(&self) -> &str {
        &self.shown
    }

    /// Between the two calls the address has the netmask of its class. Every route through this device is gone
    /// afterwards.
    pub fn set_address(&self, address: Ipv4Addr, prefix: u8) -> Result<(), Error> {
        let doing = &format!("set the address {address}/{prefix}");
        ioctl::set_address(&self.socket, &self.name, address)
            .and_then(|()| ioctl::set_netmask(&self.socket, &self.name, mask(prefix).into()))
            .map_err(|errno| self.failed(doing, errno))
    }

    /// To the kernel 0.0.0.0 means no address. The routes go with it.
    pub fn remove_address(&self) -> Result<(), Error> {
        ioctl::set_address(&self.socket, &self.name, Ipv4Addr::UNSPECIFIED)
            .map_err(|errno| self.failed("remove the address", errno))
    }

    /// Another device with the same name has another number.
    pub fn index(&self) -> Result<u32, Error> {
        ioctl::index(&self.socket, &self.name)
            .map_err(|errno| self.failed("read the number", errno))
    }

    pub fn mtu(&self) -> Result<u16, Error> {
        let mtu = ioctl::mtu(&self.socket, &self.name)
            .map_err(|errno| self.failed("read the MTU", errno))?;
        // anything larger is enough for the largest IPv4 packet
        Ok(u16::try_from(mtu).unwrap_or(u16::MAX))
    }

    /// Unless it is so already: some drivers restart their device.
    pub fn set_mtu(&self, mtu: u16) -> Result<(), Error> {
        if self.mtu()? == mtu {
            return Ok(());
        }
        ioctl::set_mtu(&self.socket, &self.name, mtu)
            .map_err(|errno| self.failed(&format!("set the MTU to {mtu}"), errno))
    }

    pub fn bring_up(&self) -> Result<(), Error> {
        self.set_flags(|flags| flags | libc::IFF_UP, "bring it up")
    }

    /// Addresses and routes stay, out of use.
    pub fn bring_down(&self) -> Result<(), Error> {
        self.set_flags(|flags| flags & !libc::IFF_UP, "bring it down")
    }

    /// Unless they are so already: some drivers set up their receiver again, and QEMU's e1000 then receives nothing for a
    /// second.
    fn set_flags(&self, change: fn(i32) -> i32, doing: &str) -> Result<(), Error> {
        let before = ioctl::flags(&self.socket, &self.name)
            .map_err(|errno| self.failed("read the flags", errno))?;
        let after = change(before.into()) as libc::c_short;
        if after == before {
            return Ok(());
        }
        ioctl::set_flags(&self.socket, &self.name, after).map_err(|errno| self.failed(doing, errno))
    }

    /// Inform everybody on the link who has this device's addresses from now on: the kernel sends a gratuitous ARP
    /// request for each (RFC 5227, section 2.3).
    ///
    /// It does so when the device's Ethernet address is set (arp_notify in Documentation/networking/ip-sysctl.rst), even
    /// to the same one, of which the driver is not informed.
    pub fn announce(&self) -> Result<(), Error> {
        const DOING: &str = "announce the address";
        let switch = format!("/proc/sys/net/ipv4/conf/{}/arp_notify", self.shown);
        std::fs::write(&switch, "1").map_err(|cause| {
            Error::new(format!("network: {}: {DOING}: {switch}", self.shown), cause)
        })?;
        ioctl::set_same_hardware_address(&self.socket, &self.name)
            .map_err(|errno| self.failed(DOING, errno))
    }

    /// A route that exists already is fine.
    pub fn add_route(&self, route: &Route) -> Result<(), Error> {
        match ioctl::add_route(&self.socket, &self.name, route) {
            Ok(()) | Err(Errno::EEXIST) => Ok(()),
            Err(errno) => Err(self.failed(&format!("add the route {route}"), errno)),
        }
    }

    /// A route that does not exist is fine.
    pub fn remove_route(&self, route: &Route) -> Result<(), Error> {
        match ioctl::delete_route(&self.socket, &self.name, route) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(self.failed(&format!("remove the route {route}"), errno)),
        }
    }

    /// Treat everything that the device receives as a broadcast, or no longer: a machine without an address drops what
    /// is for an address, and so the answers of DHCP servers to the address that they offer.
    ///
    /// By a broadcast route to everywhere, after all others. UDP sockets receive by it, TCP ones do not; connecting a TCP
    /// socket fails with ENETUNREACH as it does without it.
    pub fn take_for_broadcast(&self, everything: bool) -> Result<(), Error> {
        let index = self.index()?;
        let (result, doing) = match everything {
            true => (rtnetlink::add_broadcast_route(index), "add"),
            false => (rtnetlink::delete_broadcast_route(index), "remove"),
        };
        match result {
            Ok(()) | Err(Errno::EEXIST | Errno::ESRCH) => Ok(()),
            Err(errno) => {
                let doing = format!("{doing} the broadcast route to everywhere");
                Err(self.failed(&doing, errno))
            }
        }
    }

    /// Let the socket send and receive through this device only, so that it works before there is an address.
    pub fn bind(&self, socket: &UdpSocket) -> std::io::Result<()> {
        let name = self.shown.as_str().into();
        Ok(setsockopt(socket, sockopt::BindToDevice, &name)?)
    }

    fn failed(&self, doing: &str, errno: Errno) -> Error {
        Error::new(format!("network: {}: {doing}", self.shown), errno.desc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_not_there_is_named_with_what_was_tried() {
        let device = Interface::open("nosuch0").unwrap();
        assert_eq!(
            device.bring_up().unwrap_err().to_string(),
            "network: nosuch0: read the flags: No such device"
        );
        let route = Route::by_default([10, 0, 2, 2].into());
        assert!(
            device
                .add_route(&route)
                .unwrap_err()
                .to_string()
                .starts_with("network: nosuch0: add the route default via 10.0.2.2: ")
        );
    }

    #[test]
    fn a_name_that_no_device_can_have_is_refused() {
        for name in ["a-name-of-16-byt", "", "a/b", "a\0"] {
            assert!(Interface::open(name).is_err());
        }
    }
}
