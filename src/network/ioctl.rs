//! ioctl(2) on network devices, with a struct ifreq (netdevice(7)) or a struct rtentry (route(8)), and on UDP sockets.
#![expect(unsafe_code, reason = "ioctl takes pointers and fills in unions")]

use super::settings::{Route, mask};
use nix::errno::Errno;
use std::mem;
use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::AsRawFd;

/// A device's name, padded with zeros; there is at least one.
pub type Name = [libc::c_char; libc::IFNAMSIZ];

pub fn set_address(socket: &UdpSocket, name: &Name, address: Ipv4Addr) -> nix::Result<()> {
    let mut request = request(name);
    request.ifr_ifru.ifru_addr = socket_address(address);
    ifreq(socket, libc::SIOCSIFADDR, &mut request)
}

pub fn set_netmask(socket: &UdpSocket, name: &Name, netmask: Ipv4Addr) -> nix::Result<()> {
    let mut request = request(name);
    request.ifr_ifru.ifru_netmask = socket_address(netmask);
    ifreq(socket, libc::SIOCSIFNETMASK, &mut request)
}

pub fn index(socket: &UdpSocket, name: &Name) -> nix::Result<u32> {
    let mut request = request(name);
    ifreq(socket, libc::SIOCGIFINDEX, &mut request)?;
    // SAFETY: SIOCGIFINDEX succeeded, so the kernel filled in this field of the union.
    Ok(unsafe { request.ifr_ifru.ifru_ifindex } as u32)
}

pub fn mtu(socket: &UdpSocket, name: &Name) -> nix::Result<libc::c_int> {
    let mut request = request(name);
    ifreq(socket, libc::SIOCGIFMTU, &mut request)?;
    // SAFETY: SIOCGIFMTU succeeded, so the kernel filled in this field of the union.
    Ok(unsafe { request.ifr_ifru.ifru_mtu })
}

pub fn set_mtu(socket: &UdpSocket, name: &Name, mtu: u16) -> nix::Result<()> {
    let mut request = request(name);
    request.ifr_ifru.ifru_mtu = mtu.into();
    ifreq(socket, libc::SIOCSIFMTU, &mut request)
}

pub fn flags(socket: &UdpSocket, name: &Name) -> nix::Result<libc::c_short> {
    let mut request = request(name);
    ifreq(socket, libc::SIOCGIFFLAGS, &mut request)?;
    // SAFETY: SIOCGIFFLAGS succeeded, so the kernel filled in this field of the union.
    Ok(unsafe { request.ifr_ifru.ifru_flags })
}

pub fn set_flags(socket: &UdpSocket, name: &Name, flags: libc::c_short) -> nix::Result<()> {
    let mut request = request(name);
    request.ifr_ifru.ifru_flags = flags;
    ifreq(socket, libc::SIOCSIFFLAGS, &mut request)
}

/// Read the Ethernet address, and set it to what it is.
pub fn set_same_hardware_address(socket: &UdpSocket, name: &Name) -> nix::Result<()> {
    let mut request = request(name);
    ifreq(socket, libc::SIOCGIFHWADDR, &mut request)?;
    ifreq(socket, libc::SIOCSIFHWADDR, &mut request)
}

pub fn add_route(socket: &UdpSocket, name: &Name, route: &Route) -> nix::Result<()> {
    rtentry(socket, libc::SIOCADDRT, name, route)
}

pub fn delete_route(socket: &UdpSocket, name: &Name, route: &Route) -> nix::Result<()> {
    rtentry(socket, libc::SIOCDELRT, name, route)
}

/// Whether everything that was written to the socket has left the machine: SIOCOUTQ (udp(7)).
pub fn has_sent_all(socket: &UdpSocket) -> bool {
    let mut waiting: libc::c_int = 0;
    // SAFETY: this number takes a pointer to an int, which `waiting` is.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &mut waiting) };
    result < 0 || waiting <= 0
}

/// A request about this device with everything else zero.
fn request(name: &Name) -> libc::ifreq {
    // SAFETY: ifreq is plain old data, for which zero bytes are a valid value.
    let mut request: libc::ifreq = unsafe { mem::zeroed() };
    request.ifr_name = *name;
    request
}

fn ifreq(socket: &UdpSocket, number: libc::c_ulong, request: &mut libc::ifreq) -> nix::Result<()> {
    // SAFETY: every number passed here takes a pointer to an ifreq, which `request` is for the duration of the call.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), number as libc::Ioctl, request) };
    Errno::result(result).map(drop)
}

fn rtentry(
    socket: &UdpSocket,
    number: libc::c_ulong,
    name: &Name,
    route: &Route,
) -> nix::Result<()> {
    let mut name = *name;
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
    // SAFETY: both numbers passed here take a pointer to an rtentry, which `request` is for the duration of the call, as
    // `name` is a string that ends with a zero.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), number as libc::Ioctl, &mut request) };
    Errno::result(result).map(drop)
}

/// An IPv4 address as the generic socket address of an ifreq: a sockaddr_in has a port of two bytes before it.
fn socket_address(address: Ipv4Addr) -> libc::sockaddr {
    let [a, b, c, d] = address.octets().map(|byte| byte as libc::c_char);
    libc::sockaddr {
        sa_family: libc::AF_INET as libc::sa_family_t,
        sa_data: [0, 0, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_that_has_sent_nothing_has_sent_all() {
        assert!(has_sent_all(&UdpSocket::bind(("127.0.0.1", 0)).unwrap()));
    }
}
