//! What runs in the child between fork(2) and execve(2) (`CommandExt::pre_exec`).
#![expect(
    unsafe_code,
    reason = "pre_exec is unsafe: little is allowed between fork and exec"
)]

use super::capset;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::SigSet;
use nix::unistd::{Gid, Uid, setgid, setgroups, setsid, setuid};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// What a program may do and use.
pub struct Confinement {
    pub user: u32,
    /// capabilities(7) as bits.
    pub capabilities: u64,
    /// getrlimit(2). If the kernel's own hard limit is lower, like that on processes on a machine with little memory, and
    /// none was asked for, it stays.
    pub processes: Option<u64>,
    pub files: Option<u64>,
    /// `cgroup.procs` of its control group.
    pub group: Option<File>,
}

/// Processes and threads: enough for a server, not for a fork bomb.
const PROCESSES: u64 = 512;
const FILES: u64 = 4096;

/// Make the command a session of its own that can't gain privileges, with its signals unblocked and its resources
/// limited.
pub fn confine(command: &mut Command, confinement: Confinement) {
    let in_child = move || confinement.apply();
    // SAFETY: `apply` only makes system calls on values that exist already; it allocates no memory and takes no lock.
    unsafe { command.pre_exec(in_child) };
}

impl Confinement {
    fn apply(&self) -> io::Result<()> {
        // PID 1 reads its signals and has them blocked; a program would inherit that and never see SIGTERM
        SigSet::empty().thread_set_mask()?;
        setsid()?;
        if let Some(mut group) = self.group.as_ref() {
            // whoever writes
            group.write_all(b"0")?;
        }
        // there is no disk to dump to
        setrlimit(Resource::RLIMIT_CORE, 0, 0)?;
        limit(Resource::RLIMIT_NPROC, self.processes, PROCESSES)?;
        limit(Resource::RLIMIT_NOFILE, self.files, FILES)?;
        if self.capabilities != 0 {
            capset::keep_over_setuid()?;
        }
        setgroups(&[])?;
        setgid(Gid::from_raw(self.user))?;
        setuid(Uid::from_raw(self.user))?;
        if self.capabilities != 0 {
            capset::keep_only(self.capabilities)?;
        }
        nix::sys::prctl::set_no_new_privs()?;
        Ok(())
    }
}

/// Soft and hard.
fn limit(resource: Resource, asked: Option<u64>, default: u64) -> io::Result<()> {
    let limit = match asked {
        Some(limit) => limit,
        None => getrlimit(resource)?.1.min(default),
    };
    Ok(setrlimit(resource, limit, limit)?)
}
