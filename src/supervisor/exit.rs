//! How a program ended.

use nix::fcntl::OFlag;
use nix::libc;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::OpenOptionsExt;

/// One record per read (Documentation/ABI/testing/dev-kmsg), beginning with the oldest.
const KERNEL_LOG: &str = "/dev/kmsg";
/// PRINTK_MESSAGE_MAX (kernel/printk/internal.h)
const LONGEST_RECORD: usize = 2048;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Exited(i32),
    /// By this signal, which may be a real-time one: those have no names.
    Killed(i32),
    /// Killed by the kernel, which had run out of memory.
    OutOfMemory,
    /// Killed by the kernel for having more memory than this, its limit, in bytes.
    OverLimit(u64),
    NotStarted,
}

impl Exit {
    /// What waitpid(2) reports about a process, if it has ended.
    pub fn of(status: i32) -> Option<Self> {
        if libc::WIFEXITED(status) {
            Some(Exit::Exited(libc::WEXITSTATUS(status)))
        } else if libc::WIFSIGNALED(status) {
            Some(Exit::Killed(libc::WTERMSIG(status)))
        } else {
            None
        }
    }

    /// The same with its cause, if the kernel killed the process `pid`. The only trace of that is a line in the
    /// kernel's log.
    pub fn with_cause(self, pid: Pid) -> Self {
        if self == Exit::Killed(libc::SIGKILL) && was_killed_for_memory(pid) {
            return Exit::OutOfMemory;
        }
        self
    }

    /// The same, if it was killed while the program had more than its limit of memory.
    pub fn for_limit(self, bytes: u64) -> Self {
        match self {
            Exit::Killed(libc::SIGKILL) => Exit::OverLimit(bytes),
            other => other,
        }
    }

    /// As a shell reports it: 128 plus the signal's number, 127 if nothing could be started.
    pub fn status(self) -> u8 {
        match self {
            Exit::Exited(status) => status as u8,
            Exit::Killed(signal) => 128 + signal as u8,
            Exit::OutOfMemory | Exit::OverLimit(_) => 128 + libc::SIGKILL as u8,
            Exit::NotStarted => 127,
        }
    }
}

/// `Out of memory: Killed process 33 (exe) total-vm:…` (mm/oom_kill.c): is that in the kernel's log?
fn was_killed_for_memory(pid: Pid) -> bool {
    let line = format!("Killed process {pid} (");
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
                if String::from_utf8_lossy(record).contains(&line) {
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
            Exit::Killed(number) => match Signal::try_from(*number) {
                Ok(signal) => write!(f, "was killed by {signal}"),
                Err(_) => write!(f, "was killed by signal {number}"),
            },
            Exit::OutOfMemory => f.write_str("was killed by the kernel: out of memory"),
            Exit::OverLimit(bytes) => {
                let megabytes = bytes.div_ceil(1 << 20);
                write!(
                    f,
                    "was killed by the kernel: over its limit of {megabytes} MB of memory"
                )
            }
            Exit::NotStarted => f.write_str("could not be started"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_of_an_ended_process_is_reported_as_a_shell_would() {
        let cases = [
            (0, "exited with status 0", 0),
            (255 << 8, "exited with status 255", 255),
            (libc::SIGSEGV, "was killed by SIGSEGV", 139),
            // with a core dump
            (libc::SIGSEGV | 0x80, "was killed by SIGSEGV", 139),
            (34, "was killed by signal 34", 162),
            (64 | 0x80, "was killed by signal 64", 192),
        ];
        for (status, shown, number) in cases {
            let exit = Exit::of(status).unwrap();
            assert_eq!((exit.to_string().as_str(), exit.status()), (shown, number));
        }
    }

    #[test]
    fn a_process_that_is_stopped_or_continued_has_not_ended() {
        let stopped = |signal| (signal << 8) | 0x7f;
        let continued = 0xffff;
        for status in [stopped(libc::SIGSTOP), stopped(34), continued] {
            assert_eq!(Exit::of(status), None);
        }
    }
}
