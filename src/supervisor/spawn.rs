//! Start a program with nothing but what it needs.

use super::pre_exec;
use crate::Error;
use nix::unistd::Pid;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{ChildStderr, ChildStdout, Command, Stdio};

/// Programs get users of their own, beginning with this one, so that they can't reach each other.
const FIRST_USER: u32 = 10_000;

/// What the program writes, as it comes out of the pipes.
pub struct Output {
    pub stdout: Option<ChildStdout>,
    pub stderr: Option<ChildStderr>,
}

/// Start `executable` in a session of its own, as an unprivileged user, with no environment, no input, and
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
        // the kernel passes PID 1 the words of its command line that it does not know
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // the standard library drops the supplementary groups, too
        .gid(user)
        .uid(user);
    pre_exec::confine(&mut command);
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

/// The user that the program with this index runs as.
pub fn user(index: usize) -> u32 {
    FIRST_USER + index as u32
}

fn advice(cause: &io::Error) -> &'static str {
    match cause.kind() {
        ErrorKind::NotFound => "is it in the image, and statically linked?",
        ErrorKind::PermissionDenied => "is it executable?",
        _ if cause.raw_os_error() == Some(nix::libc::ENOEXEC) => {
            "is it an executable for this machine, not a script?"
        }
        ErrorKind::WouldBlock => "does it have too many processes already?",
        _ => "",
    }
}
