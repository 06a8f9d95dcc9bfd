//! SIOCOUTQ (tcp(7)): how much of what was sent has not been acknowledged.
#![expect(unsafe_code, reason = "ioctl takes a pointer")]

use std::net::TcpStream;
use std::os::fd::AsRawFd;

/// Bytes that the kernel holds because they may have to be sent again, or could not be sent yet; for a
/// connection that was reset, those that it held then. The FIN counts as one.
pub fn unacknowledged(stream: &TcpStream) -> u64 {
    let mut bytes: libc::c_int = 0;
    // SAFETY: SIOCOUTQ, which is TIOCOUTQ by another name, writes one int to the given address; `bytes` is one and
    // outlives the call.
    let result = unsafe { libc::ioctl(stream.as_raw_fd(), libc::TIOCOUTQ, &mut bytes) };
    // on failure nothing is known to have arrived
    if result == -1 {
        return u64::MAX;
    }
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
