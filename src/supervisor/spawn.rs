//! Start a program with nothing but what it needs. The only unsafe of the supervisor is here: what runs
//! between fork and exec.

use crate::Error;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::SigSet;
use nix::unistd::{Pid, setsid};
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStderr, ChildStdout, Command, Stdio};

/// Programs get users of their own from here on, so that they can't reach each other.
const FIRST_USER: u32 = 10_000;

/// Soft and hard limits, for every program (getrlimit(2)). Where the kernel's own hard limit is lower, as that
/// for processes is on a machine with little memory, it stays.
const LIMITS: &[(Resource, u64)] = &[
    // there is no disk to dump to
    (Resource::RLIMIT_CORE, 0),
    // processes and threads: enough for a server, not for a fork bomb
    (Resource::RLIMIT_NPROC, 512),
    (Resource::RLIMIT_NOFILE, 4096),
];

/// What the program writes, as it comes out of the pipes.
pub struct Output {
    pub stdout: Option<ChildStdout>,
    pub stderr: Option<ChildStderr>,
}

/// Start `executable` as a session of its own, as an unprivileged user, with no environment, no input, and
/// no way to gain privileges. `index` tells programs apart.
///
/// # Errors
/// With what to do about it: it is missing, not executable, not a static executable for this machine.
pub fn spawn(
    name: &str,
    executable: &Path,
    arguments: &[OsString],
    index: usize,
) -> Result<(Pid, Output), Error> {
    let user = user(index);
    let mut command = Command::new(executable);
    command
        .arg0(name)
        .args(arguments)
        // the kernel hands PID 1 the words of its command line that it does not know
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // the standard library drops the supplementary groups, too
        .gid(user)
        .uid(user);
    // SAFETY: between fork and exec only system calls are made, on values that are there already; no memory
    // is allocated and no lock is taken.
    unsafe { command.pre_exec(confine) };
    let mut child = command.spawn().map_err(|cause| {
        let advice = advice(&cause);
        Error::new(format!("start {}", executable.display()), cause).advise(advice)
    })?;
    let output = Output {
        stdout: child.stdout.take(),
        stderr: child.stderr.take(),
    };
    // dropping a `Child` neither ends nor reaps it
    Ok((Pid::from_raw(child.id() as i32), output))
}

/// Whom the program that `index` stands for runs as.
pub fn user(index: usize) -> u32 {
    FIRST_USER + index as u32
}

fn confine() -> io::Result<()> {
    // PID 1 reads its signals and has them blocked, which a program would inherit: it would never see SIGTERM
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

fn advice(cause: &io::Error) -> &'static str {
    match cause.kind() {
        ErrorKind::NotFound => {
            "is it in the image, and a static executable that asks for no loader?"
        }
        ErrorKind::PermissionDenied => "is it executable?",
        _ if cause.raw_os_error() == Some(nix::libc::ENOEXEC) => {
            "is it an executable for this machine, and no script?"
        }
        ErrorKind::WouldBlock => "has it too many processes already?",
        _ => "",
    }
}
