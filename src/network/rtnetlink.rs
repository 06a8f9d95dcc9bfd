//! rtnetlink(7): changes of network devices, and the one route that ioctls can't make.

use nix::errno::Errno;
use nix::sys::socket::{
    AddressFamily, NetlinkAddr, SockFlag, SockProtocol, SockType, bind, socket,
};
use std::os::fd::{AsRawFd, OwnedFd};

/// A socket that becomes readable whenever a network device comes, goes or changes.
pub fn changes() -> nix::Result<OwnedFd> {
    let socket = open()?;
    bind(
        socket.as_raw_fd(),
        &NetlinkAddr::new(0, libc::RTMGRP_LINK as u32),
    )?;
    Ok(socket)
}

/// Everything that the device with this number receives is a broadcast.
pub fn add_broadcast_route(index: u32) -> nix::Result<()> {
    let flags = libc::NLM_F_REQUEST | libc::NLM_F_ACK | libc::NLM_F_CREATE;
    request(libc::RTM_NEWROUTE, flags as u16, &broadcast_route(index))
}

pub fn delete_broadcast_route(index: u32) -> nix::Result<()> {
    let flags = libc::NLM_F_REQUEST | libc::NLM_F_ACK;
    request(libc::RTM_DELROUTE, flags as u16, &broadcast_route(index))
}

fn open() -> nix::Result<OwnedFd> {
    socket(
        AddressFamily::Netlink,
        SockType::Raw,
        SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK,
        SockProtocol::NetlinkRoute,
    )
}

/// Send one message and read the answer (netlink(7)), which is there once the message is sent.
fn request(kind: u16, flags: u16, body: &[u8]) -> nix::Result<()> {
    const HEADER: usize = 16;
    let socket = open()?;
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

/// A struct rtmsg and two attributes.
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
