//! How a program ended.

use nix::fcntl::OFlag;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;

/// One record a read (Documentation/ABI/testing/dev-kmsg), from the oldest one on.
const KERNEL_LOG: &str = "/dev/kmsg";
/// PRINTK_MESSAGE_MAX (kernel/printk/internal.h)
const LONGEST_RECORD: usize = 2048;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Exited(i32),
    Killed(Signal),
    /// Killed by the kernel, which had no memory left.
    OutOfMemory,
    NotStarted,
}

impl Exit {
    /// The end of the process `pid`, where it was the kernel's doing. That leaves no mark but a line in the
    /// kernel's log.
    pub fn blamed(self, pid: Pid) -> Self {
        if self == Exit::Killed(Signal::SIGKILL) && was_killed_for_memory(pid) {
            return Exit::OutOfMemory;
        }
        self
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

/// `Out of memory: Killed process 33 (exe) total-vm:…` (mm/oom_kill.c): is that in the kernel's log?
fn was_killed_for_memory(pid: Pid) -> bool {
    let told = format!("Killed process {pid} (");
    let log = OpenOptions::new()
        .read(true)
        .custom_flags(OFlag::O_NONBLOCK.bits())
        .open(KERNEL_LOG);
    let Ok(mut log) = log else { return false };
    let mut record = [0; LONGEST_RECORD];
    loop {
        match log.read(&mut record) {
            Ok(length) => {
                let record = record.get(..length).unwrap_or_default();
                if String::from_utf8_lossy(record).contains(&told) {
                    return true;
                }
            }
            // EPIPE: the next record was overwritten; the one after it follows
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            // EAGAIN: this was the last one
            Err(_) => return false,
        }
    }
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
