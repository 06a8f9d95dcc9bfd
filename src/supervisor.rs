//! The programs: started unprivileged, reaped, started again when they end, stopped at the end.
//!
//! What is expected of a program and what it can rely on: docs/program-contract.md.

mod exit;
mod pre_exec;
mod ptrace;
mod setresuid;
mod spawn;
mod waitpid;

use crate::Error;
use crate::config::Restart;
use crate::logs::Severity;
pub use exit::Exit;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
pub use spawn::Output;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Each program has a directory here with `exe`, a static executable, and `args`, one argument per line.
const PROGRAMS: &str = "/programs";

const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// A program that was up this long starts again after [`FIRST_DELAY`].
const STEADY: Duration = Duration::from_secs(60);

/// How many children are reaped before anything else gets a turn.
const AT_A_TIME: usize = 100;

/// Ports from here on may be bound without privileges: all of them, since the machine belongs to its programs.
const UNPRIVILEGED_PORTS: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

#[derive(Debug, Clone)]
pub struct Program {
    pub name: String,
    executable: PathBuf,
    arguments: Vec<OsString>,
    restart: Restart,
}

/// What happens to a program, for the log.
pub enum Event<'a> {
    Started(&'a Program, Pid),
    NotStarted(&'a Program, Error),
    Ended(&'a Program, Exit),
    NotCleared(&'a Program, Error),
    StartsAgainIn(&'a Program, Duration),
    StaysDown(&'a Program),
    Killed(&'a Program),
}

/// A program and how it is doing, for the status page.
#[derive(Debug, Clone)]
pub struct Status {
    pub name: String,
    pub process: Option<i32>,
    pub restarts: u32,
    pub last_exit: Option<Exit>,
}

/// Where a program's standard output and error go: its name, and the ends of the pipes.
type Forward<'a> = dyn Fn(&str, Output) + 'a;
type Report<'a> = dyn Fn(Event) + 'a;

pub struct Supervisor<'a> {
    programs: Vec<Supervised>,
    forward: Box<Forward<'a>>,
    report: Box<Report<'a>>,
}

struct Supervised {
    program: Program,
    /// Tells programs and their users apart.
    index: usize,
    state: State,
    delay: Duration,
    restarts: u32,
    last_exit: Option<Exit>,
}

enum State {
    Running { pid: Pid, since: Instant },
    Waiting { until: Instant },
    Down,
}

/// The programs in the image, sorted by name, and what is wrong with those that can't be read.
pub fn find_programs(restart_of: impl Fn(&str) -> Restart) -> (Vec<Program>, Vec<Error>) {
    let mut programs = Vec::new();
    let mut errors = Vec::new();
    match std::fs::read_dir(PROGRAMS) {
        Ok(directory) => {
            for entry in directory.flatten() {
                match read_program(&entry.path(), &restart_of) {
                    Ok(program) => programs.push(program),
                    Err(error) => errors.push(error),
                }
            }
        }
        Err(cause) => errors.push(Error::new(format!("find programs in {PROGRAMS}"), cause)),
    }
    if programs.is_empty() && errors.is_empty() {
        errors.push(
            Error::new(format!("find programs in {PROGRAMS}"), "it is empty")
                .advise("was the image built without one?"),
        );
    }
    programs.sort_by(|a, b| a.name.cmp(&b.name));
    (programs, errors)
}

fn read_program(directory: &Path, restart_of: &impl Fn(&str) -> Restart) -> Result<Program, Error> {
    let arguments = directory.join("args");
    let arguments = std::fs::read(&arguments)
        .map_err(|cause| Error::new(format!("read {}", arguments.display()), cause))?;
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    Ok(Program {
        restart: restart_of(&name),
        name: name.into_owned(),
        executable: directory.join("exe"),
        arguments: split(&arguments),
    })
}

/// One argument per line, any bytes.
fn split(arguments: &[u8]) -> Vec<OsString> {
    arguments
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\n").unwrap_or(line))
        .map(|line| OsStr::from_bytes(line).to_owned())
        .collect()
}

/// Let programs bind any port, by a sysctl and without a capability.
///
/// # Errors
/// The kernel has no such setting; then programs can't bind ports below 1024.
pub fn open_ports() -> Result<(), Error> {
    std::fs::write(UNPRIVILEGED_PORTS, "0").map_err(|cause| {
        Error::new(format!("write {UNPRIVILEGED_PORTS}"), cause)
            .advise("programs can't bind ports below 1024")
    })
}

impl<'a> Supervisor<'a> {
    pub fn new(
        programs: Vec<Program>,
        forward: impl Fn(&str, Output) + 'a,
        report: impl Fn(Event) + 'a,
    ) -> Self {
        let now = Instant::now();
        Supervisor {
            programs: programs
                .into_iter()
                .enumerate()
                .map(|(index, program)| Supervised {
                    program,
                    index,
                    state: State::Waiting { until: now },
                    delay: FIRST_DELAY,
                    restarts: 0,
                    last_exit: None,
                })
                .collect(),
            forward: Box::new(forward),
            report: Box::new(report),
        }
    }

    /// Start what is due. Returns how long there is nothing to do unless something happens.
    pub fn start_due(&mut self) -> Option<Duration> {
        for supervised in &mut self.programs {
            if matches!(supervised.state, State::Waiting { until } if until <= Instant::now()) {
                supervised.start(&*self.forward, &*self.report);
            }
        }
        let next = self
            .programs
            .iter()
            .filter_map(|supervised| match supervised.state {
                State::Waiting { until } => Some(until),
                _ => None,
            });
        next.min()
            .map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Reap children that have ended, ours and orphans alike. Returns whether those were all: they may end faster than
    /// they can be reaped, and there are other things to do.
    pub fn reap(&mut self) -> bool {
        for _ in 0..AT_A_TIME {
            let Some((pid, exit)) = waitpid::next() else {
                return true;
            };
            let of_pid =
                |s: &&mut Supervised| matches!(s.state, State::Running { pid: p, .. } if p == pid);
            if let (Some(exit), Some(supervised)) = (exit, self.programs.iter_mut().find(of_pid)) {
                supervised.ended(exit.with_cause(pid), &*self.report);
            }
        }
        false
    }

    /// Whether there are programs, and none of them will ever run again.
    pub fn is_done(&self) -> bool {
        !self.programs.is_empty() && self.programs.iter().all(|s| matches!(s.state, State::Down))
    }

    /// The exit status of the machine as a job: the first program's that did not succeed, or 0.
    pub fn exit_status(&self) -> u8 {
        self.programs
            .iter()
            .filter_map(|supervised| supervised.last_exit)
            .map(Exit::status)
            .find(|status| *status != 0)
            .unwrap_or(0)
    }

    pub fn status(&self) -> Vec<Status> {
        self.programs
            .iter()
            .map(|supervised| Status {
                name: supervised.program.name.clone(),
                process: match supervised.state {
                    State::Running { pid, .. } => Some(pid.as_raw()),
                    _ => None,
                },
                restarts: supervised.restarts,
                last_exit: supervised.last_exit,
            })
            .collect()
    }

    /// Ask every process to end, wait for at most `grace`, then kill what is left.
    pub fn stop(&mut self, grace: Duration, wait: impl Fn(Duration)) {
        for supervised in &mut self.programs {
            if !matches!(supervised.state, State::Running { .. }) {
                supervised.state = State::Down;
            }
            supervised.program.restart = Restart::Never;
        }
        let deadline = Instant::now() + grace;
        // -1: all processes but this one (kill(2))
        let everybody = Pid::from_raw(-1);
        let _ = kill(everybody, Signal::SIGTERM);
        // a stopped process can't end before it continues
        let _ = kill(everybody, Signal::SIGCONT);
        loop {
            let are_all = self.reap();
            let left = deadline.saturating_duration_since(Instant::now());
            if no_children() || left.is_zero() {
                break;
            }
            if are_all {
                wait(left);
            }
        }
        for supervised in &self.programs {
            if matches!(supervised.state, State::Running { .. }) {
                (self.report)(Event::Killed(&supervised.program));
            }
        }
        let _ = kill(everybody, Signal::SIGKILL);
        self.reap();
    }
}

impl Supervised {
    fn start(&mut self, forward: &Forward, report: &Report) {
        let program = &self.program;
        match spawn::spawn(
            &program.name,
            &program.executable,
            &program.arguments,
            self.index,
        ) {
            Ok((pid, output)) => {
                self.state = State::Running {
                    pid,
                    since: Instant::now(),
                };
                report(Event::Started(program, pid));
                forward(&program.name, output);
            }
            Err(error) => {
                report(Event::NotStarted(program, error));
                self.last_exit = Some(Exit::NotStarted);
                self.decide(Duration::ZERO, report);
            }
        }
    }

    fn ended(&mut self, exit: Exit, report: &Report) {
        let State::Running { since, .. } = self.state else {
            return;
        };
        self.last_exit = Some(exit);
        report(Event::Ended(&self.program, exit));
        // leftover processes would be in the way of the next start
        if let Err(errno) = setresuid::kill_all(spawn::user(self.index)) {
            let error = Error::new("kill what it has left behind", errno.desc());
            report(Event::NotCleared(&self.program, error));
        }
        self.decide(since.elapsed(), report);
    }

    /// What happens to a program that ended after it was up for `up`.
    fn decide(&mut self, up: Duration, report: &Report) {
        let failed = self.last_exit.is_some_and(|exit| exit.status() != 0);
        let again = match self.program.restart {
            Restart::Always => true,
            Restart::OnFailure => failed,
            Restart::Never => false,
        };
        if !again {
            self.state = State::Down;
            report(Event::StaysDown(&self.program));
            return;
        }
        if up >= STEADY {
            self.delay = FIRST_DELAY;
        }
        report(Event::StartsAgainIn(&self.program, self.delay));
        self.state = State::Waiting {
            until: Instant::now() + self.delay,
        };
        self.delay = (self.delay * 2).min(LONGEST_DELAY);
        self.restarts = self.restarts.saturating_add(1);
    }
}

/// Only looks: a child that has ended remains to be reaped.
fn no_children() -> bool {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    waitid(Id::All, look) == Err(Errno::ECHILD)
}

impl Event<'_> {
    pub fn severity(&self) -> Severity {
        match self {
            Event::NotStarted(..) | Event::NotCleared(..) | Event::Killed(_) => Severity::Warning,
            Event::Ended(_, exit) if exit.status() != 0 => Severity::Warning,
            _ => Severity::Informational,
        }
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Started(program, pid) => write!(f, "{}: started as process {pid}", program.name),
            Event::NotStarted(program, error) | Event::NotCleared(program, error) => {
                write!(f, "warning: {}: {error}", program.name)
            }
            Event::Ended(program, exit) => {
                let warning = if exit.status() == 0 { "" } else { "warning: " };
                write!(f, "{warning}{} {exit}", program.name)
            }
            Event::StartsAgainIn(program, delay) => {
                write!(f, "{}: starts again in {} s", program.name, delay.as_secs())
            }
            Event::StaysDown(program) => write!(f, "{}: is not started again", program.name),
            Event::Killed(program) => {
                write!(
                    f,
                    "warning: {}: did not end in time and was killed",
                    program.name
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_out_as_they_went_in() {
        let arguments = split(b"-a\r\n\n\xff c\n");
        let arguments: Vec<_> = arguments.iter().map(|it| it.as_bytes()).collect();
        assert_eq!(arguments, [&b"-a\r"[..], b"", b"\xff c"]);
        assert!(split(b"").is_empty());
    }
}
