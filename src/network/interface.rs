//! The ioctls of a network device (netdevice(7)). All of the crate's raw ioctls are here.

use crate::Error;
use nix::errno::Errno;
use std::mem;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;

/// A network device by its name, and a socket to speak to the kernel about it.
pub struct Interface {
    name: String,
    socket: UdpSocket,
}

impl Interface {
    /// # Errors
    /// The name is longer than the kernel's names can be, or no socket can be had.
    pub fn open(name: &str) -> Result<Self, Error> {
        if name.is_empty() || name.len() >= libc::IFNAMSIZ {
            return Err(Error::new(
                format!("network: open '{name}'"),
                format_args!("a device's name has 1 to {} bytes", libc::IFNAMSIZ - 1),
            ));
        }
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))
            .map_err(|cause| Error::new("network: make a socket", cause))?;
        Ok(Interface {
            name: name.to_owned(),
            socket,
        })
    }

    /// SIOCSIFADDR
    pub fn set_address(&self, address: Ipv4Addr) -> Result<(), Error> {
        let mut request = self.request();
        request.ifr_ifru.ifru_addr = socket_address(address);
        self.ioctl(libc::SIOCSIFADDR, &mut request, || {
            format!("set the address {address}")
        })
    }

    /// SIOCSIFNETMASK
    pub fn set_netmask(&self, netmask: Ipv4Addr) -> Result<(), Error> {
        let mut request = self.request();
        request.ifr_ifru.ifru_netmask = socket_address(netmask);
        self.ioctl(libc::SIOCSIFNETMASK, &mut request, || {
            format!("set the netmask {netmask}")
        })
    }

    /// SIOCGIFFLAGS, then SIOCSIFFLAGS with `UP` and `RUNNING` added.
    pub fn bring_up(&self) -> Result<(), Error> {
        let mut request = self.request();
        self.ioctl(libc::SIOCGIFFLAGS, &mut request, || "read the flags".into())?;
        // SAFETY: SIOCGIFFLAGS succeeded, so the kernel filled in this field of the union.
        let flags = unsafe { request.ifr_ifru.ifru_flags };
        request.ifr_ifru.ifru_flags = flags | (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
        self.ioctl(libc::SIOCSIFFLAGS, &mut request, || "bring it up".into())
    }

    /// A request about this device with all else zero.
    fn request(&self) -> libc::ifreq {
        // SAFETY: ifreq is plain old data, for which zero bytes are a valid value.
        let mut request: libc::ifreq = unsafe { mem::zeroed() };
        for (to, from) in request.ifr_name.iter_mut().zip(self.name.bytes()) {
            *to = from as libc::c_char;
        }
        request
    }

    fn ioctl(
        &self,
        number: libc::Ioctl,
        request: &mut libc::ifreq,
        doing: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        // SAFETY: every number passed here takes a pointer to an ifreq, which `request` is for the time of
        // the call, and the descriptor is our own socket's.
        let result = unsafe { libc::ioctl(self.socket.as_raw_fd(), number, request) };
        Errno::result(result).map(drop).map_err(|errno| {
            Error::new(format!("network: {}: {}", self.name, doing()), errno.desc())
        })
    }
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
        let error = Interface::open("nosuch0").unwrap().bring_up().unwrap_err();
        assert_eq!(
            error.to_string(),
            "network: nosuch0: read the flags: No such device"
        );
    }

    #[test]
    fn a_name_that_no_device_can_have_is_refused() {
        assert!(Interface::open("a-name-of-16-byt").is_err());
        assert!(Interface::open("").is_err());
    }
}
