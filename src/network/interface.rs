//! A network device by its ioctls (netdevice(7), rtentry in route(8)) and socket options. All of the network's
//! raw calls are here.

use super::settings::{Route, mask};
use crate::Error;
use nix::errno::Errno;
use std::mem;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// A network device by its name, and a socket to speak to the kernel about it.
pub struct Interface {
    /// With zeroes up to the end.
    name: [libc::c_char; libc::IFNAMSIZ],
    shown: String,
    socket: UdpSocket,
}

impl Interface {
    /// # Errors
    /// The name is longer than the kernel's names can be, or no socket can be had.
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

    /// SIOCSIFADDR, then SIOCSIFNETMASK: between the two the address has the netmask of its class. Every
    /// route that went through this device is gone afterwards.
    pub fn set_address(&self, address: Ipv4Addr, prefix: u8) -> Result<(), Error> {
        let doing = &format!("set the address {address}/{prefix}");
        let mut request = self.request();
        request.ifr_ifru.ifru_addr = socket_address(address);
        self.ioctl(libc::SIOCSIFADDR, &mut request, doing)?;
        request.ifr_ifru.ifru_netmask = socket_address(mask(prefix).into());
        self.ioctl(libc::SIOCSIFNETMASK, &mut request, doing)
    }

    /// SIOCSIFADDR with 0.0.0.0, which the kernel takes for no address. The routes go with it.
    pub fn remove_address(&self) -> Result<(), Error> {
        let mut request = self.request();
        request.ifr_ifru.ifru_addr = socket_address(Ipv4Addr::UNSPECIFIED);
        self.ioctl(libc::SIOCSIFADDR, &mut request, "remove the address")
    }

    /// SIOCGIFINDEX: another device of the same name has another number.
    pub fn index(&self) -> Result<u32, Error> {
        let mut request = self.request();
        self.ioctl(libc::SIOCGIFINDEX, &mut request, "read the number")?;
        // SAFETY: SIOCGIFINDEX succeeded, so the kernel filled in this field of the union.
        Ok(unsafe { request.ifr_ifru.ifru_ifindex } as u32)
    }

    /// SIOCGIFMTU
    pub fn mtu(&self) -> Result<u16, Error> {
        let mut request = self.request();
        self.ioctl(libc::SIOCGIFMTU, &mut request, "read the MTU")?;
        // SAFETY: SIOCGIFMTU succeeded, so the kernel filled in this field of the union.
        let mtu = unsafe { request.ifr_ifru.ifru_mtu };
        // what is larger carries all that IPv4 has
        Ok(u16::try_from(mtu).unwrap_or(u16::MAX))
    }

    /// SIOCSIFMTU, unless it is so already: some drivers restart their device.
    pub fn set_mtu(&self, mtu: u16) -> Result<(), Error> {
        if self.mtu()? == mtu {
            return Ok(());
        }
        let mut request = self.request();
        request.ifr_ifru.ifru_mtu = mtu.into();
        let doing = &format!("set the MTU to {mtu}");
        self.ioctl(libc::SIOCSIFMTU, &mut request, doing)
    }

    /// SIOCGIFFLAGS, then SIOCSIFFLAGS with UP added.
    pub fn bring_up(&self) -> Result<(), Error> {
        self.set_flags(|flags| flags | libc::IFF_UP, "bring it up")
    }

    /// SIOCGIFFLAGS, then SIOCSIFFLAGS without UP. Addresses and routes stay, out of use.
    pub fn bring_down(&self) -> Result<(), Error> {
        self.set_flags(|flags| flags & !libc::IFF_UP, "bring it down")
    }

    /// Not if they are so already: some drivers set up their receiver anew, and QEMU's e1000 then receives nothing for
    /// a second.
    fn set_flags(&self, change: fn(i32) -> i32, doing: &str) -> Result<(), Error> {
        let mut request = self.request();
        self.ioctl(libc::SIOCGIFFLAGS, &mut request, "read the flags")?;
        // SAFETY: SIOCGIFFLAGS succeeded, so the kernel filled in this field of the union.
        let before = unsafe { request.ifr_ifru.ifru_flags };
        let after = change(before.into()) as libc::c_short;
        if after == before {
            return Ok(());
        }
        request.ifr_ifru.ifru_flags = after;
        self.ioctl(libc::SIOCSIFFLAGS, &mut request, doing)
    }

    /// Tell everybody on the link who has this device's addresses from now on: the kernel sends a gratuitous ARP
    /// request for each (RFC 5227, section 2.3).
    ///
    /// It does so when the device's Ethernet address is set (arp_notify in Documentation/networking/ip-sysctl.rst), to
    /// what it is already: SIOCGIFHWADDR, then SIOCSIFHWADDR. The driver never hears of that.
    pub fn announce(&self) -> Result<(), Error> {
        const DOING: &str = "announce the address";
        let switch = format!("/proc/sys/net/ipv4/conf/{}/arp_notify", self.shown);
        std::fs::write(&switch, "1").map_err(|cause| {
            Error::new(format!("network: {}: {DOING}: {switch}", self.shown), cause)
        })?;
        let mut request = self.request();
        self.ioctl(libc::SIOCGIFHWADDR, &mut request, DOING)?;
        self.ioctl(libc::SIOCSIFHWADDR, &mut request, DOING)
    }

    /// SIOCADDRT; a route that is there already is fine.
    pub fn add_route(&self, route: &Route) -> Result<(), Error> {
        match self.route(libc::SIOCADDRT, route) {
            Ok(()) | Err(Errno::EEXIST) => Ok(()),
            Err(errno) => Err(self.failed(&format!("add the route {route}"), errno)),
        }
    }

    /// SIOCDELRT; a route that is not there is fine.
    pub fn remove_route(&self, route: &Route) -> Result<(), Error> {
        match self.route(libc::SIOCDELRT, route) {
            Ok(()) | Err(Errno::ESRCH) => Ok(()),
            Err(errno) => Err(self.failed(&format!("remove the route {route}"), errno)),
        }
    }

    fn route(&self, number: libc::c_ulong, route: &Route) -> nix::Result<()> {
        let mut name = self.name;
        // SAFETY: rtentry is plain old data, for which zero bytes are a valid value.
        let mut request: libc::rtentry = unsafe { mem::zeroed() };
        request.rt_dst = socket_address(route.to);
        request.rt_genmask = socket_address(mask(route.prefix).into());
        request.rt_gateway = socket_address(route.via);
        request.rt_flags = libc::RTF_UP;
        if !route.via.is_unspecified() {
            request.rt_flags |= libc::RTF_GATEWAY;
        }
        if route.prefix == 32 {
            request.rt_flags |= libc::RTF_HOST;
        }
        request.rt_dev = name.as_mut_ptr();
        // SAFETY: both numbers passed here take a pointer to an rtentry, which `request` is for the time of
        // the call, as `name` is a string with a zero at its end.
        let result =
            unsafe { libc::ioctl(self.socket.as_raw_fd(), number as libc::Ioctl, &mut request) };
        Errno::result(result).map(drop)
    }

    /// Take whatever the device receives for a broadcast, or no longer: a machine without an address drops what
    /// is for an address, and so the answers of DHCP servers to the one that they offer.
    ///
    /// By rtnetlink(7), since SIOCADDRT has no such routes: a broadcast route to everywhere, after all others. UDP
    /// sockets receive by it, TCP ones do not; who connects a TCP socket is told ENETUNREACH as without it.
    pub fn take_for_broadcast(&self, everything: bool) -> Result<(), Error> {
        let (kind, new, doing) = match everything {
            true => (libc::RTM_NEWROUTE, libc::NLM_F_CREATE, "add"),
            false => (libc::RTM_DELROUTE, 0, "remove"),
        };
        let doing = &format!("{doing} the broadcast route to everywhere");
        let flags = libc::NLM_F_REQUEST | libc::NLM_F_ACK | new;
        match ask_kernel(kind, flags as u16, &broadcast_route(self.index()?)) {
            Ok(()) | Err(Errno::EEXIST | Errno::ESRCH) => Ok(()),
            Err(errno) => Err(self.failed(doing, errno)),
        }
    }

    /// Let the socket send and receive through this device only, so that it works before there is an address.
    pub fn bind(&self, socket: &UdpSocket) -> std::io::Result<()> {
        // SAFETY: SO_BINDTODEVICE reads as many bytes as are told, and the array has them.
        let result = unsafe {
            libc::setsockopt(
                socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_BINDTODEVICE,
                self.name.as_ptr().cast(),
                libc::IFNAMSIZ as libc::socklen_t,
            )
        };
        Ok(Errno::result(result).map(drop)?)
    }

    /// A request about this device with all else zero.
    fn request(&self) -> libc::ifreq {
        // SAFETY: ifreq is plain old data, for which zero bytes are a valid value.
        let mut request: libc::ifreq = unsafe { mem::zeroed() };
        request.ifr_name = self.name;
        request
    }

    fn ioctl(
        &self,
        number: libc::c_ulong,
        request: &mut libc::ifreq,
        doing: &str,
    ) -> Result<(), Error> {
        // SAFETY: every number passed here takes a pointer to an ifreq, which `request` is for the time of
        // the call, and the descriptor is our own socket's.
        let result =
            unsafe { libc::ioctl(self.socket.as_raw_fd(), number as libc::Ioctl, request) };
        Errno::result(result)
            .map(drop)
            .map_err(|errno| self.failed(doing, errno))
    }

    fn failed(&self, doing: &str, errno: Errno) -> Error {
        Error::new(format!("network: {}: {doing}", self.shown), errno.desc())
    }
}

/// Whether all that was written to the socket has left the machine: SIOCOUTQ (udp(7)).
pub fn has_sent_all(socket: &UdpSocket) -> bool {
    let mut waiting: libc::c_int = 0;
    // SAFETY: this number takes a pointer to an int, which `waiting` is.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &mut waiting) };
    result < 0 || waiting <= 0
}

/// A socket that has something to read whenever a network device comes, goes or changes (rtnetlink(7)).
pub fn changes() -> std::io::Result<OwnedFd> {
    let socket = rtnetlink()?;
    // SAFETY: sockaddr_nl is plain old data, for which zero bytes are a valid value.
    let mut address: libc::sockaddr_nl = unsafe { mem::zeroed() };
    address.nl_family = libc::AF_NETLINK as libc::sa_family_t;
    address.nl_groups = libc::RTMGRP_LINK as u32;
    // SAFETY: the address is a sockaddr_nl and its size is told.
    Errno::result(unsafe {
        libc::bind(
            socket.as_raw_fd(),
            (&raw const address).cast(),
            mem::size_of::<libc::sockaddr_nl>() as libc::socklen_t,
        )
    })?;
    Ok(socket)
}

fn rtnetlink() -> nix::Result<OwnedFd> {
    // SAFETY: no pointer is passed.
    let descriptor = Errno::result(unsafe {
        libc::socket(
            libc::AF_NETLINK,
            libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK,
            libc::NETLINK_ROUTE,
        )
    })?;
    // SAFETY: socket() has just made it, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

/// Send one message and read the answer (netlink(7)), which is there when the message is sent.
fn ask_kernel(kind: u16, flags: u16, body: &[u8]) -> nix::Result<()> {
    const HEADER: usize = 16;
    let socket = rtnetlink()?;
    let length = (HEADER + body.len()) as u32;
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(kind.to_ne_bytes());
    message.extend(flags.to_ne_bytes());
    // the number of the message and the sender's, which the kernel fills in
    message.extend([0; 8]);
    message.extend(body);
    nix::unistd::write(&socket, &message)?;
    // a header, the number of the error, and the message again
    let mut answer = [0; 256];
    let length = nix::unistd::read(&socket, &mut answer)?;
    let answer = answer.get(HEADER..length).unwrap_or_default();
    match answer.first_chunk().copied().map(i32::from_ne_bytes) {
        Some(0) => Ok(()),
        Some(error) => Err(Errno::from_raw(error.wrapping_neg())),
        None => Err(Errno::EPROTO),
    }
}

/// A struct rtmsg and two attributes (rtnetlink(7)).
fn broadcast_route(index: u32) -> Vec<u8> {
    let mut route = vec![libc::AF_INET as u8, 0, 0, 0];
    route.extend([libc::RT_TABLE_MAIN, libc::RTPROT_BOOT]);
    route.extend([libc::RT_SCOPE_LINK, libc::RTN_BROADCAST]);
    route.extend([0; 4]); // flags
    for (attribute, value) in [
        (libc::RTA_OIF, index.to_ne_bytes()),
        // the last one that is looked at
        (libc::RTA_PRIORITY, u32::MAX.to_ne_bytes()),
    ] {
        route.extend(8u16.to_ne_bytes());
        route.extend(attribute.to_ne_bytes());
        route.extend(value);
    }
    route
}

/// An IPv4 address as the generic socket address that ifreq holds. It has no port.
fn socket_address(address: Ipv4Addr) -> libc::sockaddr {
    let address = libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: 0,
        sin_addr: libc::in_addr {
            s_addr: u32::from(address).to_be(),
        },
        sin_zero: [0; 8],
    };
    // SAFETY: sockaddr_in is made to be laid over sockaddr: both are plain data of 16 bytes.
    unsafe { mem::transmute::<libc::sockaddr_in, libc::sockaddr>(address) }
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

    #[test]
    fn a_socket_that_has_sent_nothing_has_sent_all() {
        assert!(has_sent_all(&UdpSocket::bind(("127.0.0.1", 0)).unwrap()));
    }
}
