//! setresuid(2) for one thread, as the kernel does it. The C library's function does it for all threads.
#![expect(unsafe_code, reason = "a raw system call")]

use nix::errno::Errno;
use nix::libc;

const ROOT: libc::uid_t = 0;

/// Send a signal to every process of `user`, including those that have left the session that they came from. A thread that
/// acts for that user reaches them all at once (kill(2), -1), while a list of them would be out of date before it is read.
/// It needs no process and no memory, of which they may have left none.
///
/// # Errors
/// The kernel does not let this thread act for `user`.
pub fn signal_all(user: u32, signal: libc::c_int) -> Result<(), Errno> {
    act_for(user)?;
    // SAFETY: both arguments are numbers. The crate's function takes no real-time signal.
    // It is fine if there is no process.
    unsafe { libc::kill(-1, signal) };
    act_for(ROOT)
}

/// The real and the saved user stay root: only so is there a way back, and `user` may not signal this thread meanwhile.
fn act_for(user: libc::uid_t) -> Result<(), Errno> {
    // SAFETY: all arguments are numbers. The C library does not know of the change and need not: it does not track who
    // its threads act for.
    let result = unsafe { libc::syscall(libc::SYS_setresuid, ROOT, user, ROOT) };
    Errno::result(result).map(drop)
}
