//! The programs: started unprivileged, reaped, started again when they end, stopped at the end.
//!
//! What is expected of a program and what it can rely on: docs/program-contract.md.

mod capset;
mod cgroup;
mod exit;
mod order;
mod pre_exec;
mod ptrace;
mod setresuid;
mod spawn;
mod users;
mod waitpid;

use crate::Error;
use crate::config::program::After;
use crate::config::{self, Config, Restart};
use crate::logs::Severity;
use cgroup::Cgroup;
pub use exit::Exit;
use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{Id, WaitPidFlag, waitid};
use nix::unistd::Pid;
pub use spawn::Output;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
pub use users::make_home;

/// Each program has a directory here with `exe`, a static executable, `args`, one argument per line, and, if it has any,
/// `env`, its variables, each `NAME=VALUE` with a zero behind it, as in proc_pid_environ(5).
const PROGRAMS: &str = "/programs";

const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// A program that was up this long starts again after [`FIRST_DELAY`].
const STEADY: Duration = Duration::from_secs(60);

/// How often is looked whether what a program waits for is done.
const LOOK: Duration = Duration::from_millis(200);

/// How many children are reaped before anything else gets a turn.
const AT_A_TIME: usize = 100;

#[derive(Debug, Clone)]
pub struct Program {
    pub name: String,
    executable: PathBuf,
    arguments: Vec<OsString>,
    /// Those that the image gives it.
    environment: Vec<(OsString, OsString)>,
    restart: Restart,
    settings: config::Program,
    user: u32,
}

/// What happens to a program, for the log.
pub enum Event<'a> {
    Started(&'a Program, Pid),
    NotStarted(&'a Program, Error),
    Ended(&'a Program, Exit),
    NotCleared(&'a Program, Error),
    NotLimited(&'a Program, Error),
    Unhealthy(&'a Program),
    Misordered(&'a Program, Error),
    Waits(&'a Program, &'a After),
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
/// Whether a program has printed a line with a text in it.
type HasPrinted<'a> = dyn Fn(&str, &str) -> bool + 'a;

pub struct Supervisor<'a> {
    programs: Vec<Supervised>,
    forward: Box<Forward<'a>>,
    has_printed: Box<HasPrinted<'a>>,
    report: Box<Report<'a>>,
}

struct Supervised {
    program: Program,
    group: Option<Cgroup>,
    /// What keeps its standard input open.
    input: Option<OwnedFd>,
    /// What others have yet to do before it is started for the first time, and whether that was reported.
    after: Vec<After>,
    has_reported_wait: bool,
    state: State,
    /// It was asked to end because it is unhealthy, and is killed at this time.
    ends_by: Option<Instant>,
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
pub fn find_programs(config: &Config) -> (Vec<Program>, Vec<Error>) {
    let mut programs = Vec::new();
    let mut errors = Vec::new();
    match std::fs::read_dir(PROGRAMS) {
        Ok(directory) => {
            for entry in directory.flatten() {
                match read_program(&entry.path(), config) {
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
    errors.extend(users::assign(&mut programs));
    let named = |name: &String| programs.iter().any(|program| program.name == *name);
    let set = config.programs.iter().map(|(name, _)| name);
    errors.extend(set.filter(|name| !named(name)).map(|name| {
        let doing = format!("apply the settings of the program {name}");
        Error::new(doing, "there is no such program")
    }));
    (programs, errors)
}

fn read_program(directory: &Path, config: &Config) -> Result<Program, Error> {
    let read = |file: &str| {
        let file = directory.join(file);
        std::fs::read(&file).map_err(|cause| Error::new(format!("read {}", file.display()), cause))
    };
    let arguments = read("args")?;
    let environment = match directory.join("env").exists() {
        true => read("env")?,
        false => Vec::new(),
    };
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    Ok(Program {
        restart: config.restart_of(&name),
        settings: config.program(&name),
        name: name.into_owned(),
        executable: directory.join("exe"),
        arguments: split(&arguments),
        environment: variables(&environment),
        user: 0,
    })
}

impl Program {
    /// The number of its user and group.
    pub fn user(&self) -> u32 {
        self.user
    }

    pub fn user_name(&self) -> &str {
        self.settings.user.name.as_deref().unwrap_or(&self.name)
    }

    pub fn home(&self) -> String {
        format!("{}/{}", config::HOMES, self.name)
    }

    pub fn settings(&self) -> &config::Program {
        &self.settings
    }

    /// Where it may write.
    pub fn places(&self) -> &[config::program::Place] {
        &self.settings.writable
    }

    /// Its variables: what every program has, then the image's, then those that were set.
    fn variables(&self) -> Vec<(OsString, OsString)> {
        let hostname = nix::sys::utsname::uname()
            .map_or(OsString::new(), |kernel| kernel.nodename().to_owned());
        let default = |name: &str, value: &str| (OsString::from(name), OsString::from(value));
        let mut variables = vec![
            default("PATH", "/usr/local/bin:/usr/bin:/bin"),
            default("HOME", &self.home()),
            default("TMPDIR", config::TMP),
            default("USER", self.user_name()),
            default("LOGNAME", self.user_name()),
            ("HOSTNAME".into(), hostname),
        ];
        let set = self.settings.environment.iter();
        let set = set.map(|(name, value)| (name.into(), value.into()));
        for (name, value) in self.environment.iter().cloned().chain(set) {
            variables.retain(|(other, _)| *other != name);
            variables.push((name, value));
        }
        let is_taken_away = |name: &OsString| {
            let mut set = self.settings.environment.iter();
            set.any(|(it, value)| name == it.as_str() && value.is_empty())
        };
        variables.retain(|(name, _)| !is_taken_away(name));
        variables
    }
}

/// `NAME=VALUE`, each with a zero behind it. What has no name is none.
fn variables(environment: &[u8]) -> Vec<(OsString, OsString)> {
    environment
        .split(|byte| *byte == 0)
        .filter_map(|variable| {
            let at = variable.iter().position(|byte| *byte == b'=')?;
            let (name, value) = variable.split_at_checked(at)?;
            let text = |bytes: &[u8]| OsStr::from_bytes(bytes).to_owned();
            (!name.is_empty()).then(|| (text(name), text(value.get(1..).unwrap_or_default())))
        })
        .collect()
}

/// One argument per line, any bytes.
fn split(arguments: &[u8]) -> Vec<OsString> {
    arguments
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\n").unwrap_or(line))
        .map(|line| OsStr::from_bytes(line).to_owned())
        .collect()
}

impl<'a> Supervisor<'a> {
    pub fn new(
        programs: Vec<Program>,
        forward: impl Fn(&str, Output) + 'a,
        has_printed: impl Fn(&str, &str) -> bool + 'a,
        report: impl Fn(Event) + 'a,
    ) -> Self {
        let now = Instant::now();
        let orders = order::of(&programs, &report);
        Supervisor {
            programs: programs
                .into_iter()
                .zip(orders)
                .map(|(program, after)| Supervised {
                    group: group_of(&program, &report),
                    input: None,
                    program,
                    after,
                    has_reported_wait: false,
                    state: State::Waiting { until: now },
                    ends_by: None,
                    delay: FIRST_DELAY,
                    restarts: 0,
                    last_exit: None,
                })
                .collect(),
            forward: Box::new(forward),
            has_printed: Box::new(has_printed),
            report: Box::new(report),
        }
    }

    /// Start what is due. Returns how long there is nothing to do unless something happens.
    pub fn start_due(&mut self) -> Option<Duration> {
        let is_due = |it: &Supervised| matches!(it.state, State::Waiting { until } if until <= Instant::now());
        for index in 0..self.programs.len() {
            let Some(supervised) = self.programs.get(index).filter(|it| is_due(it)) else {
                continue;
            };
            let is_done = |after: &After| order::is_done(after, &self.programs, &self.has_printed);
            let left: Vec<After> = supervised
                .after
                .iter()
                .filter(|after| !is_done(after))
                .cloned()
                .collect();
            if let Some(supervised) = self.programs.get_mut(index) {
                supervised.after = left;
                supervised.start_or_wait(&*self.forward, &*self.report);
            }
        }
        for supervised in &mut self.programs {
            supervised.kill_if_late(&*self.report);
        }
        let next = self
            .programs
            .iter()
            .filter_map(|supervised| match supervised.state {
                State::Running { .. } => supervised.ends_by,
                State::Waiting { .. } if !supervised.after.is_empty() => {
                    Some(Instant::now() + LOOK)
                }
                State::Waiting { until } => Some(until),
                _ => None,
            });
        next.min()
            .map(|until| until.saturating_duration_since(Instant::now()))
    }

    /// Have a program ended that is unhealthy, and give it `grace` for that. Its policy says what then happens, as if it had
    /// failed. Nothing, if it is no longer the process that was asked.
    pub fn end(&mut self, name: &str, process: i32, grace: Duration) {
        let is_it = |it: &&mut Supervised| {
            let State::Running { pid, .. } = it.state else {
                return false;
            };
            it.program.name == name && pid.as_raw() == process && it.ends_by.is_none()
        };
        if let Some(supervised) = self.programs.iter_mut().find(is_it) {
            (self.report)(Event::Unhealthy(&supervised.program));
            let Program { user, settings, .. } = &supervised.program;
            let signal = settings.stop_signal.unwrap_or(Signal::SIGTERM as i32);
            for signal in [signal, Signal::SIGCONT as i32] {
                // that it is killed otherwise, if it has to be, is seen to
                let _ = setresuid::signal_all(*user, signal);
            }
            supervised.ends_by = Some(Instant::now() + grace);
        }
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
                supervised.ended(exit, pid, &*self.report);
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
        for supervised in &self.programs {
            let Program { user, settings, .. } = &supervised.program;
            let signal = settings.stop_signal.unwrap_or(Signal::SIGTERM as i32);
            if setresuid::signal_all(*user, signal).is_err() {
                let _ = kill(everybody, Signal::SIGTERM);
            }
        }
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
    fn kill_if_late(&mut self, report: &Report) {
        if self.ends_by.is_some_and(|time| time <= Instant::now()) {
            report(Event::Killed(&self.program));
            if let State::Running { pid, .. } = self.state {
                let _ = kill(pid, Signal::SIGKILL);
            }
            // once is enough; that it is unhealthy stays known
            self.ends_by = Some(Instant::now() + LONGEST_DELAY);
        }
    }

    fn start_or_wait(&mut self, forward: &Forward, report: &Report) {
        match self.after.first() {
            None => self.start(forward, report),
            Some(after) if !self.has_reported_wait => {
                report(Event::Waits(&self.program, after));
                self.has_reported_wait = true;
            }
            Some(_) => {}
        }
    }

    fn start(&mut self, forward: &Forward, report: &Report) {
        let program = &self.program;
        match spawn::spawn(program, self.group.as_ref()) {
            Ok(started) => {
                self.state = State::Running {
                    pid: started.pid,
                    since: Instant::now(),
                };
                self.input = started.input;
                report(Event::Started(program, started.pid));
                forward(&program.name, started.output);
            }
            Err(error) => {
                report(Event::NotStarted(program, error));
                self.last_exit = Some(Exit::NotStarted);
                self.decide(Duration::ZERO, report);
            }
        }
    }

    fn ended(&mut self, exit: Exit, pid: Pid, report: &Report) {
        let State::Running { since, .. } = self.state else {
            return;
        };
        let is_over_limit = self.group.as_mut().is_some_and(Cgroup::was_over_limit);
        let limit = self.program.settings.limits.memory;
        let exit = match limit.filter(|_| is_over_limit) {
            Some(limit) => exit.for_limit(limit),
            None => exit.with_cause(pid),
        };
        self.last_exit = Some(exit);
        self.input = None;
        report(Event::Ended(&self.program, exit));
        // leftover processes would be in the way of the next start
        if let Err(errno) = setresuid::signal_all(self.program.user, Signal::SIGKILL as i32) {
            let error = Error::new("kill what it has left behind", errno.desc());
            report(Event::NotCleared(&self.program, error));
        }
        self.decide(since.elapsed(), report);
    }

    /// What happens to a program that ended after it was up for `up`.
    fn decide(&mut self, up: Duration, report: &Report) {
        let was_unhealthy = self.ends_by.take().is_some();
        let failed = was_unhealthy || self.last_exit.is_some_and(|exit| exit.status() != 0);
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

/// Its control group; what is wrong with it is reported, and it runs without.
fn group_of(program: &Program, report: &impl Fn(Event)) -> Option<Cgroup> {
    let (group, errors) = Cgroup::new(&program.name, &program.settings.limits);
    for error in errors {
        report(Event::NotLimited(program, error));
    }
    group
}

/// Only looks: a child that has ended remains to be reaped.
fn no_children() -> bool {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    waitid(Id::All, look) == Err(Errno::ECHILD)
}

impl Event<'_> {
    pub fn severity(&self) -> Severity {
        match self {
            Event::NotStarted(..)
            | Event::NotCleared(..)
            | Event::NotLimited(..)
            | Event::Misordered(..)
            | Event::Unhealthy(_)
            | Event::Killed(_) => Severity::Warning,
            Event::Ended(_, exit) if exit.status() != 0 => Severity::Warning,
            _ => Severity::Informational,
        }
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Started(program, pid) => write!(f, "{}: started as process {pid}", program.name),
            Event::NotStarted(program, error)
            | Event::NotCleared(program, error)
            | Event::NotLimited(program, error)
            | Event::Misordered(program, error) => {
                write!(f, "warning: {}: {error}", program.name)
            }
            Event::Ended(program, exit) => {
                let warning = if exit.status() == 0 { "" } else { "warning: " };
                write!(f, "{warning}{} {exit}", program.name)
            }
            Event::Unhealthy(program) => {
                write!(f, "warning: {}: is unhealthy and has to end", program.name)
            }
            Event::Waits(program, after) => write!(f, "{}: waits for {after}", program.name),
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

    fn program(environment: &[u8], settings: config::Program) -> Program {
        Program {
            name: "web".into(),
            executable: PathBuf::new(),
            arguments: vec![],
            environment: variables(environment),
            restart: Restart::Always,
            settings,
            user: 10_000,
        }
    }

    fn value_of(program: &Program, name: &str) -> Option<String> {
        let variables = program.variables();
        let found = variables.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.to_string_lossy().into_owned())
    }

    #[test]
    fn a_variable_that_is_set_replaces_the_images_and_that_replaces_the_default() {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let settings = config::Program {
            environment: vec![set("A", "set"), set("PATH", ""), set("C", "")],
            ..config::Program::default()
        };
        let program = program(
            b"A=image\0B=a\nb=c\0C=image\0=x\0novalue\0HOME=/data\0",
            settings,
        );
        assert_eq!(value_of(&program, "A").as_deref(), Some("set"));
        assert_eq!(value_of(&program, "B").as_deref(), Some("a\nb=c"));
        assert_eq!(value_of(&program, "C"), None);
        assert_eq!(value_of(&program, "PATH"), None);
        assert_eq!(value_of(&program, "HOME").as_deref(), Some("/data"));
        assert_eq!(value_of(&program, "USER").as_deref(), Some("web"));
        assert_eq!(value_of(&program, "novalue"), None);
    }

    #[test]
    fn a_program_has_a_home_and_a_name_without_being_told() {
        let program = program(b"", config::Program::default());
        assert_eq!(value_of(&program, "HOME").as_deref(), Some("/home/web"));
        assert_eq!(value_of(&program, "TMPDIR").as_deref(), Some("/tmp"));
        assert!(value_of(&program, "PATH").is_some());
    }
}
