//! What runs in the child between fork(2) and execve(2) (`CommandExt::pre_exec`).
#![expect(
    unsafe_code,
    reason = "pre_exec is unsafe: little is allowed between fork and exec"
)]

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::SigSet;
use nix::unistd::setsid;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Soft and hard limits for every program (getrlimit(2)). If the kernel's own hard limit is lower, like that on
/// processes on a machine with little memory, it stays.
const LIMITS: &[(Resource, u64)] = &[
    // there is no disk to dump to
    (Resource::RLIMIT_CORE, 0),
    // processes and threads: enough for a server, not for a fork bomb
    (Resource::RLIMIT_NPROC, 512),
    (Resource::RLIMIT_NOFILE, 4096),
];

/// Make the command a session of its own that can't gain privileges, with its signals unblocked and its resources
/// limited.
pub fn confine(command: &mut Command) {
    // SAFETY: `in_child` only makes system calls on values that exist already; it allocates no memory and takes no lock.
    unsafe { command.pre_exec(in_child) };
}

fn in_child() -> io::Result<()> {
    // PID 1 reads its signals and has them blocked; a program would inherit that and never see SIGTERM
    SigSet::empty().thread_set_mask()?;
    setsid()?;
    for (resource, limit) in LIMITS {
        let (_, highest) = getrlimit(*resource)?;
        let limit = highest.min(*limit);
        setrlimit(*resource, limit, limit)?;
    }
    nix::sys::prctl::set_no_new_privs()?;
    Ok(())
}
