//! ptrace(2), for children that have made init their tracer. The crate `nix` can't pass on a real-time signal.
#![expect(unsafe_code, reason = "the C library's ptrace takes anything")]

use nix::libc;

/// A child that has made init its tracer (PTRACE_TRACEME), as some do to find out whether there is one, is reported as
/// stopped without anybody asking. Init does not trace: it lets the child go on, with the signal that it was stopped by.
pub fn detach(pid: libc::pid_t, status: libc::c_int) {
    let signal = match libc::WSTOPSIG(status) {
        // nobody sent this one: it informs a tracer of an exec
        libc::SIGTRAP => 0,
        signal => signal,
    };
    // SAFETY: PTRACE_DETACH takes only numbers.
    unsafe { libc::ptrace(libc::PTRACE_DETACH, pid, 0, signal) };
}
