//! Start a program with nothing but what it needs.

use super::Program;
use super::cgroup::Cgroup;
use super::pre_exec::{self, Confinement};
use crate::Error;
use nix::fcntl::OFlag;
use nix::unistd::{Gid, Pid, Uid, fchown, pipe2};
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// What the program writes, as it comes out of the pipes.
pub struct Output {
    pub stdout: File,
    pub stderr: File,
}

pub struct Started {
    pub pid: Pid,
    pub output: Output,
    /// The end of its standard input that nothing is ever written to, if it is to stay open.
    pub input: Option<OwnedFd>,
}

/// Start a program in a session of its own, as an unprivileged user with no way to gain privileges.
///
/// # Errors
/// With what to do about it: it is missing, not executable, not a static executable for this machine.
pub fn spawn(program: &Program, group: Option<&Cgroup>) -> Result<Started, Error> {
    let failed = |cause: io::Error| {
        let advice = advice(&cause, program);
        Error::new(format!("start {}", program.executable.display()), cause).advise(advice)
    };
    let settings = &program.settings;
    let (stdout, standard_output) = pipe_of(program.user).map_err(failed)?;
    let (stderr, standard_error) = pipe_of(program.user).map_err(failed)?;
    let (input, stdin) = match settings.has_open_input {
        true => {
            let (reader, writer) = pipe_of(program.user).map_err(failed)?;
            (Some(writer), Stdio::from(reader))
        }
        false => (None, Stdio::null()),
    };
    let mut command = Command::new(&program.executable);
    command
        .arg0(&program.name)
        .args(&program.arguments)
        // the kernel passes PID 1 the words of its command line that it does not know
        .env_clear()
        .envs(program.variables())
        .current_dir(settings.directory.as_deref().unwrap_or("/"))
        .stdin(stdin)
        .stdout(standard_output)
        .stderr(standard_error);
    let confinement = Confinement {
        user: program.user,
        capabilities: settings.capabilities,
        processes: settings.limits.processes,
        files: settings.limits.files,
        group: group.map(Cgroup::door).transpose().map_err(failed)?,
    };
    pre_exec::confine(&mut command, confinement);
    let child = command.spawn().map_err(failed)?;
    // the command has the other ends of the pipes, which the program alone is to have
    drop(command);
    // dropping a `Child` neither ends nor reaps it
    Ok(Started {
        pid: Pid::from_raw(child.id() as i32),
        output: Output {
            stdout: stdout.into(),
            stderr: stderr.into(),
        },
        input,
    })
}

/// A pipe that `user` may open once more by its name in /proc, as programs do that write to /dev/stdout.
fn pipe_of(user: u32) -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = pipe2(OFlag::O_CLOEXEC)?;
    // both ends are one inode
    fchown(
        &reader,
        Some(Uid::from_raw(user)),
        Some(Gid::from_raw(user)),
    )?;
    Ok((reader, writer))
}

fn advice(cause: &io::Error, program: &Program) -> &'static str {
    match cause.kind() {
        ErrorKind::NotFound if program.settings.directory.is_some() => {
            "is it in the image, and what loads or interprets it? Is its directory there?"
        }
        ErrorKind::NotFound => "is it in the image, and what loads or interprets it?",
        ErrorKind::PermissionDenied => "is it executable?",
        _ if cause.raw_os_error() == Some(nix::libc::ENOEXEC) => {
            "is it an executable for this machine?"
        }
        ErrorKind::WouldBlock => "does it have too many processes already?",
        _ => "",
    }
}
