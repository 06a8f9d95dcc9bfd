//! The program: started as an unprivileged user, reaped, started again when it ends.

use crate::Error;
use nix::sys::wait::{WaitStatus, wait};
use nix::unistd::{Pid, setsid};
use std::fmt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Each program has a directory here with `exe`, a static executable, and `args`, one argument a line.
const PROGRAMS: &str = "/programs";
/// Nobody's user and group: the program owns no file.
const UNPRIVILEGED: u32 = 65534;

const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// A program that was up this long starts again after [`FIRST_DELAY`].
const STEADY: Duration = Duration::from_secs(60);

/// Ports from here on may be bound without privileges; the program is alone in the machine, so all of them.
const UNPRIVILEGED_PORTS: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

pub struct Program {
    name: String,
    executable: PathBuf,
    arguments: Vec<String>,
}

/// What happens to a program, as the console tells it.
pub enum Event<'a> {
    Started(&'a Program, Pid),
    NotStarted(&'a Program, std::io::Error),
    Ended(&'a Program, WaitStatus),
    StartsAgainIn(&'a Program, Duration),
    PortsStayPrivileged(std::io::Error),
}

/// The program that is in the image.
///
/// # Errors
/// There is none, or its directory can't be read.
pub fn find_program() -> Result<Program, Error> {
    let failed = |cause: &dyn fmt::Display| {
        Error::new(format!("find a program in {PROGRAMS}"), cause)
            .advise("was the image built without one?")
    };
    let directory = std::fs::read_dir(PROGRAMS)
        .map_err(|cause| failed(&cause))?
        .find_map(Result::ok)
        .ok_or_else(|| failed(&"it is empty"))?
        .path();
    read_program(&directory)
}

fn read_program(directory: &Path) -> Result<Program, Error> {
    let arguments = directory.join("args");
    let arguments = std::fs::read_to_string(&arguments)
        .map_err(|cause| Error::new(format!("read {}", arguments.display()), cause))?;
    Ok(Program {
        name: directory
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        executable: directory.join("exe"),
        arguments: arguments.lines().map(str::to_owned).collect(),
    })
}

/// Run the program, and start it again whenever it ends, after a delay that doubles while it keeps ending
/// early. Children that are not ours, orphans of the program, are reaped on the way.
pub fn run_for_ever(program: &Program, tell: impl Fn(Event)) -> ! {
    if let Err(cause) = std::fs::write(UNPRIVILEGED_PORTS, "0") {
        tell(Event::PortsStayPrivileged(cause));
    }
    let mut delay = FIRST_DELAY;
    loop {
        let started = Instant::now();
        match start(program) {
            Ok(pid) => {
                tell(Event::Started(program, pid));
                tell(Event::Ended(program, wait_for(pid)));
            }
            Err(cause) => tell(Event::NotStarted(program, cause)),
        }
        if started.elapsed() >= STEADY {
            delay = FIRST_DELAY;
        }
        tell(Event::StartsAgainIn(program, delay));
        std::thread::sleep(delay);
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

fn start(program: &Program) -> std::io::Result<Pid> {
    let mut command = Command::new(&program.executable);
    command
        .arg0(&program.name)
        .args(&program.arguments)
        // the kernel hands PID 1 the words of its command line that it does not know
        .env_clear()
        .stdin(Stdio::null())
        .gid(UNPRIVILEGED)
        .uid(UNPRIVILEGED);
    // SAFETY: between fork and exec only two system calls are made, and no memory is allocated.
    unsafe {
        command.pre_exec(|| {
            setsid()?;
            nix::sys::prctl::set_no_new_privs()?;
            Ok(())
        });
    }
    let child = command.spawn()?;
    Ok(Pid::from_raw(child.id() as i32))
}

fn wait_for(pid: Pid) -> WaitStatus {
    loop {
        match wait() {
            Ok(status @ (WaitStatus::Exited(of, _) | WaitStatus::Signaled(of, _, _)))
                if of == pid =>
            {
                return status;
            }
            _ => continue,
        }
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Event::Started(program, pid) => write!(f, "{program}: started as process {pid}"),
            Event::NotStarted(program, cause) => {
                write!(
                    f,
                    "warning: start {program} ({}): {cause}",
                    program.executable.display()
                )
            }
            Event::Ended(program, WaitStatus::Exited(_, status)) => {
                write!(f, "warning: {program} exited with status {status}")
            }
            Event::Ended(program, WaitStatus::Signaled(_, signal, _)) => {
                write!(f, "warning: {program} was killed by {signal}")
            }
            Event::Ended(program, status) => write!(f, "warning: {program} ended: {status:?}"),
            Event::StartsAgainIn(program, delay) => {
                write!(f, "{program}: starts again in {} s", delay.as_secs())
            }
            Event::PortsStayPrivileged(cause) => {
                write!(
                    f,
                    "warning: write {UNPRIVILEGED_PORTS}: {cause}: programs can't bind ports below 1024"
                )
            }
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.name)
    }
}
