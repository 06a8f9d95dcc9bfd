//! waitpid(2). The crate `nix` only knows the classic signals: it returns an error for a process that a real-time signal
//! killed, after having reaped it.
#![expect(
    unsafe_code,
    reason = "the C library's waitpid writes through a pointer"
)]

use super::{Exit, ptrace};
use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

/// The next child whose state has changed, ours or an orphan, and how it ended; reaped, if it did. `None`: there is no
/// other.
pub fn next() -> Option<(Pid, Option<Exit>)> {
    let mut status = 0;
    // SAFETY: it writes only to `status`.
    let pid = unsafe { libc::waitpid(-1, &mut status, libc::WNOHANG) };
    let pid = Errno::result(pid).ok().filter(|pid| *pid != 0)?;
    let exit = Exit::of(status);
    if exit.is_none() {
        ptrace::detach(pid, status);
    }
    Some((Pid::from_raw(pid), exit))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever child of this process ends is reaped here, so it is one test.
    #[test]
    fn however_a_child_ends_is_reported() {
        let cases: [(fn(), Exit); 6] = [
            (|| exit(0), Exit::Exited(0)),
            (|| exit(255), Exit::Exited(255)),
            (|| raise(libc::SIGKILL), Exit::Killed(libc::SIGKILL)),
            // real-time signals, the last of them too
            (|| raise(34), Exit::Killed(34)),
            (|| raise(64), Exit::Killed(64)),
            (be_traced_and_raise_34, Exit::Killed(34)),
        ];
        for (body, ending) in cases {
            let child = fork(body);
            let seen = loop {
                match next() {
                    Some((pid, Some(exit))) => break (pid, exit),
                    _ => std::thread::yield_now(),
                }
            };
            assert_eq!(seen, (child, ending));
        }
        assert_eq!(next(), None);
    }

    fn fork(body: fn()) -> Pid {
        // SAFETY: the child only makes system calls, and then ends.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            body();
            exit(1);
        }
        Pid::from_raw(pid)
    }

    fn exit(status: libc::c_int) {
        // SAFETY: it takes only a number.
        unsafe { libc::_exit(status) }
    }

    fn raise(signal: libc::c_int) {
        // SAFETY: it takes only a number.
        unsafe { libc::raise(signal) };
    }

    fn be_traced_and_raise_34() {
        // SAFETY: it takes only numbers.
        unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
        raise(34);
    }
}
