//! setresuid(2) for one thread, as the kernel has it. The C library's is for all threads at once.

use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const ROOT: libc::uid_t = 0;

/// Kill every process of `user`, also those that have left the session of the one they came from. Who acts for that user
/// kills them all at once (kill(2), -1), where a list of them would be out of date before it is read. It takes no process
/// and no memory, of which they may have left none.
///
/// # Errors
/// The kernel does not let this thread act for `user`.
pub fn kill_all(user: u32) -> Result<(), Errno> {
    act_for(user)?;
    // that there is none is fine
    let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
    act_for(ROOT)
}

/// The real and the saved one stay root's: only so there is a way back, and `user` may not signal this thread meanwhile.
fn act_for(user: libc::uid_t) -> Result<(), Errno> {
    // SAFETY: it takes numbers only. The C library does not know, and need not: it neither keeps nor looks at who its
    // threads act for.
    let result = unsafe { libc::syscall(libc::SYS_setresuid, ROOT, user, ROOT) };
    Errno::result(result).map(drop)
}
