//! How a program ended.

use nix::sys::signal::Signal;
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Exited(i32),
    Killed(Signal),
    /// Killed by the kernel, which had no memory left.
    OutOfMemory,
    NotStarted,
}

impl Exit {
    /// An exit by `signal`. The kernel leaves no mark on whom it killed for memory; it counts them.
    pub fn killed(signal: Signal) -> Self {
        static KILLED_FOR_MEMORY: std::sync::Mutex<u64> = std::sync::Mutex::new(0);
        if signal == Signal::SIGKILL {
            let count = killed_for_memory();
            let mut known = KILLED_FOR_MEMORY
                .lock()
                .unwrap_or_else(|error| error.into_inner());
            if count > *known {
                *known = count;
                return Exit::OutOfMemory;
            }
        }
        Exit::Killed(signal)
    }

    /// As a shell would tell it: 128 and the signal's number, 127 where nothing could be started.
    pub fn status(self) -> u8 {
        match self {
            Exit::Exited(status) => status as u8,
            Exit::Killed(signal) => 128 + signal as u8,
            Exit::OutOfMemory => 128 + Signal::SIGKILL as u8,
            Exit::NotStarted => 127,
        }
    }
}

/// How often the kernel has killed a process for want of memory: `oom_kill` in /proc/vmstat.
fn killed_for_memory() -> u64 {
    let statistics = std::fs::read_to_string("/proc/vmstat").unwrap_or_default();
    statistics
        .lines()
        .find_map(|line| line.strip_prefix("oom_kill "))
        .and_then(|count| count.parse().ok())
        .unwrap_or(0)
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Exit::Exited(status) => write!(f, "exited with status {status}"),
            Exit::Killed(signal) => write!(f, "was killed by {signal}"),
            Exit::OutOfMemory => f.write_str("was killed by the kernel: out of memory"),
            Exit::NotStarted => f.write_str("could not be started"),
        }
    }
}
