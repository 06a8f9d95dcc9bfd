//! Signals to PID 1, read one after the other instead of interrupting anything (signalfd(2)).

use crate::Error;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::Pid;
use std::os::fd::AsFd;
use std::time::Duration;

/// A child has ended.
pub const CHILD: Signal = Signal::SIGCHLD;
/// The power button. The kernel uses this signal for a failing power supply.
pub const POWER: Signal = Signal::SIGPWR;
/// The network thread has news.
pub const NETWORK: Signal = Signal::SIGURG;

/// The other signals that PID 1 handles. The kernel sends SIGINT for Ctrl-Alt-Del.
const REQUESTS: [Signal; 6] = [
    POWER,
    NETWORK,
    Signal::SIGINT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
];

/// Send `signal` to this process: how other threads wake the one that waits for signals.
pub fn send(signal: Signal) {
    // that can't fail
    let _ = kill(Pid::this(), signal);
}

pub struct Signals {
    requests: SignalFd,
    children: SignalFd,
}

impl Signals {
    /// From here on signals wait to be read. To be called before any thread is started, since threads inherit
    /// blocked signals.
    ///
    /// # Errors
    /// The kernel has no signalfd, or no descriptor is left.
    pub fn block() -> Result<Self, Error> {
        let open = |signals: &[Signal]| {
            let set: SigSet = signals.iter().copied().collect();
            set.thread_block()?;
            SignalFd::with_flags(&set, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
        };
        let failed = |errno: Errno| Error::new("listen to signals", errno.desc());
        Ok(Signals {
            requests: open(&REQUESTS).map_err(failed)?,
            children: open(&[CHILD]).map_err(failed)?,
        })
    }

    /// The next signal, or `None` after `patience`; without one it waits for as long as it takes. SIGCHLD comes
    /// last: children may end all the time.
    pub fn wait(&self, patience: Option<Duration>) -> Option<Signal> {
        if let Some(signal) = self.read() {
            return Some(signal);
        }
        // rounded up, so as not to come back just before a deadline again and again
        let milliseconds = patience.map(|patience| patience.as_millis().saturating_add(1));
        let timeout = milliseconds.map_or(PollTimeout::NONE, |ms| {
            PollTimeout::try_from(ms).unwrap_or(PollTimeout::MAX)
        });
        let _ = poll(
            &mut [&self.requests, &self.children]
                .map(|signals| PollFd::new(signals.as_fd(), PollFlags::POLLIN)),
            timeout,
        );
        self.read()
    }

    fn read(&self) -> Option<Signal> {
        [&self.requests, &self.children]
            .into_iter()
            .find_map(|signals| signals.read_signal().ok()?)
            .and_then(|info| Signal::try_from(info.ssi_signo as i32).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_that_end_keep_no_request_waiting() {
        let signals = Signals::block().unwrap();
        for signal in [CHILD, POWER] {
            nix::sys::signal::raise(signal).unwrap();
        }
        assert_eq!(signals.wait(None), Some(POWER));
        assert_eq!(signals.wait(None), Some(CHILD));
        assert_eq!(signals.wait(Some(Duration::ZERO)), None);
    }
}
