//! What the network's thread waits for.

use super::rtnetlink;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::net::UdpSocket;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// How often to look if the kernel does not report changes.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// All sources of events.
pub struct Wait {
    /// `None` if the kernel does not report them.
    changes: Option<OwnedFd>,
    /// `None` once nobody can give a command any longer.
    commands: Option<UnixStream>,
}

/// What there is to look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Woken {
    pub by_device: bool,
    pub by_message: bool,
    pub by_command: bool,
}

impl Wait {
    pub fn new(commands: UnixStream) -> Wait {
        Wait {
            changes: rtnetlink::changes().ok(),
            commands: Some(commands),
        }
    }

    /// Sleep until something happens or the time is over. `None`: as long as it takes.
    pub fn wait(&mut self, messages: Option<&UdpSocket>, time: Option<Duration>) -> Woken {
        let time = match &self.changes {
            Some(_) => time,
            None => Some(time.map_or(LOOK_AGAIN, |time| time.min(LOOK_AGAIN))),
        };
        let sources = [
            self.changes.as_ref().map(AsFd::as_fd),
            self.commands.as_ref().map(AsFd::as_fd),
            messages.map(AsFd::as_fd),
        ];
        let mut polled: Vec<PollFd> = sources
            .iter()
            .flatten()
            .map(|source| PollFd::new(*source, PollFlags::POLLIN))
            .collect();
        let woken = match poll(&mut polled, time.map_or(PollTimeout::NONE, poll_timeout)) {
            Ok(_) => {
                let mut polled = polled.iter();
                let [changes, commands, messages] = sources.map(|source| {
                    source.is_some()
                        && polled
                            .next()
                            .is_some_and(|source| source.any().unwrap_or(true))
                });
                Woken {
                    by_device: changes || self.changes.is_none(),
                    by_message: messages,
                    by_command: commands,
                }
            }
            Err(Errno::EINTR) => Woken::default(),
            Err(_) => {
                // out of memory: try again, but not at once
                std::thread::sleep(LOOK_AGAIN);
                Woken::default()
            }
        };
        if woken.by_device {
            self.discard_changes();
        }
        Woken {
            by_command: woken.by_command && self.is_command(),
            ..woken
        }
    }

    /// What changed is read from sysfs. The kernel queues a bounded number of such messages; an overflow
    /// is a change as well.
    fn discard_changes(&self) {
        let mut buffer = [0; 4096];
        if let Some(changes) = &self.changes {
            while nix::unistd::read(changes, &mut buffer).is_ok_and(|count| count > 0) {}
        }
    }

    /// The only command has one byte. Without a byte the other end is closed, and nobody gives commands.
    fn is_command(&mut self) -> bool {
        let mut command = [0];
        let given = self
            .commands
            .as_ref()
            .is_some_and(|commands| nix::unistd::read(commands, &mut command).is_ok_and(|n| n > 0));
        if !given {
            self.commands = None;
        }
        given
    }
}

/// Rounded up: waking before it is time would only mean to sleep again.
fn poll_timeout(time: Duration) -> PollTimeout {
    let milliseconds = time.as_micros().div_ceil(1000);
    i32::try_from(milliseconds)
        .ok()
        .and_then(|milliseconds| PollTimeout::try_from(milliseconds).ok())
        .unwrap_or(PollTimeout::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_command_wakes_once_and_a_closed_end_never_again() {
        let (sender, receiver) = UnixStream::pair().unwrap();
        let mut wait = Wait::new(receiver);
        (&sender).write_all(&[1]).unwrap();
        assert!(wait.wait(None, None).by_command);
        drop(sender);
        assert!(!wait.wait(None, None).by_command);
        // would return at once, again and again, if the end were still polled
        let begun = std::time::Instant::now();
        while begun.elapsed() < Duration::from_millis(50) {
            wait.wait(None, Some(Duration::from_millis(50)));
        }
        assert!(wait.commands.is_none());
    }

    #[test]
    fn times_are_rounded_up_and_bounded() {
        let timeout = |time| Some(i32::from(poll_timeout(time)));
        assert_eq!(timeout(Duration::from_micros(1)), Some(1));
        assert_eq!(timeout(Duration::from_millis(37)), Some(37));
        assert_eq!(timeout(Duration::MAX), Some(i32::MAX));
    }
}
