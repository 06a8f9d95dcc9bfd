//! `dup` of a descriptor of which only the number is known.
#![expect(unsafe_code, reason = "std can't duplicate a bare number")]

use std::io;
use std::os::fd::{FromRawFd, OwnedFd, RawFd};

pub fn dup(descriptor: RawFd) -> io::Result<OwnedFd> {
    // SAFETY: passes numbers only; one that is not an open descriptor is answered with EBADF.
    let duplicate = unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0) };
    if duplicate == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made it, and nobody else knows of it.
    Ok(unsafe { OwnedFd::from_raw_fd(duplicate) })
}
