//! waitpid(2) and, for what it finds stopped, ptrace(2). The crate `nix` has names for the classic signals only: of a
//! process that a real-time signal killed it tells nothing, after it was reaped.

use super::Exit;
use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

/// The next child that something has become of, whoever's it was, and how it has ended; reaped, if it has. None: there
/// is no other.
pub fn next() -> Option<(Pid, Option<Exit>)> {
    let mut status = 0;
    // SAFETY: it writes nothing but `status`.
    let pid = unsafe { libc::waitpid(-1, &mut status, libc::WNOHANG) };
    let pid = Errno::result(pid).ok().filter(|pid| *pid != 0)?;
    let exit = Exit::of(status);
    if exit.is_none() {
        let_go(pid, status);
    }
    Some((Pid::from_raw(pid), exit))
}

/// Stops are not asked for and told all the same of a child that has made init its tracer (PTRACE_TRACEME), as some do
/// to find out whether there is one. Init is none: it lets the child go on, with the signal that it was stopped by.
fn let_go(pid: libc::pid_t, status: libc::c_int) {
    let signal = match libc::WSTOPSIG(status) {
        // nobody has sent this one: it tells a tracer of an exec
        libc::SIGTRAP => 0,
        signal => signal,
    };
    // SAFETY: it takes numbers only.
    unsafe { libc::ptrace(libc::PTRACE_DETACH, pid, 0, signal) };
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever child of this process ends is reaped here, so it is one test.
    #[test]
    fn however_a_child_ends_it_is_known() {
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
        // SAFETY: the child makes system calls only, and then ends.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            body();
            exit(1);
        }
        Pid::from_raw(pid)
    }

    fn exit(status: libc::c_int) {
        // SAFETY: it takes a number only.
        unsafe { libc::_exit(status) }
    }

    fn raise(signal: libc::c_int) {
        // SAFETY: they take numbers only.
        unsafe { libc::kill(libc::getpid(), signal) };
    }

    fn be_traced_and_raise_34() {
        // SAFETY: it takes numbers only.
        unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
        raise(34);
    }
}
