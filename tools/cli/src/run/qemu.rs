//! QEMU as a child: what the machine's console says is read along, signals for us go on to it, and how the machine
//! ended is the exit status.

use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, dup, pipe2};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus};
use std::time::Duration;
use vm::ending::{self, Ending};

const PROGRAM: &str = "qemu-system-x86_64";

/// A machine that can't power itself off is switched off when it has been silent for so long after its jobs have ended.
/// Others may take 5 s for the log and the network.
const SILENCE: Duration = Duration::from_secs(8);

/// QEMU without options.
pub fn command() -> Command {
    Command::new(PROGRAM)
}

/// The serial console, in the terminal and for us to read along.
pub struct Console {
    reader: File,
    /// Stays open in QEMU, and only there once it has started.
    writer: OwnedFd,
}

impl Console {
    /// Adds the options for it to `qemu`.
    pub fn of(qemu: &mut Command) -> Result<Self, String> {
        let failed = |error| format!("make a pipe: {error}");
        let (reader, writer) = pipe2(OFlag::O_CLOEXEC).map_err(failed)?;
        // this one QEMU inherits
        let writer = dup(&writer).map_err(failed)?;
        // -nographic would send Ctrl-C into the machine; here it ends QEMU, and Ctrl-A X does so too
        qemu.arg("-chardev").arg(format!(
            "stdio,id=console,mux=on,signal=on,logfile=/dev/fd/{}",
            writer.as_raw_fd()
        ));
        qemu.args(["-serial", "chardev:console", "-mon", "chardev=console"]);
        Ok(Self {
            reader: reader.into(),
            writer,
        })
    }
}

/// Returns the exit status: QEMU's if it failed, or else the machine's.
pub fn run(mut qemu: Command, console: Console) -> Result<u8, String> {
    // before there is anything to end
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])
        .map_err(|error| format!("handle signals: {error}"))?;
    let mut child = qemu.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!(
            "{PROGRAM} is not in PATH: install QEMU (Debian: qemu-system-x86), or run this by Nix, which brings it"
        ),
        _ => format!("start {PROGRAM}: {error}"),
    })?;
    // a process id is one of 22 bits
    let pid = Pid::from_raw(child.id() as i32);
    let end = move || {
        // it may have ended by itself
        let _ = kill(pid, Signal::SIGTERM);
    };
    let handle = signals.handle();
    let forwarder = std::thread::spawn(move || signals.forever().for_each(|_| end()));

    drop(console.writer);
    let ending = ending::follow(console.reader, SILENCE, end);
    // from here on its number may be another's
    handle.close();
    let _ = forwarder.join();
    let status = child
        .wait()
        .map_err(|error| format!("wait for QEMU: {error}"))?;
    Ok(match exit_status(status) {
        0 => ending.map_or(0, Ending::exit_status),
        failed => failed,
    })
}

/// As a shell says it.
fn exit_status(status: ExitStatus) -> u8 {
    let code = status.code();
    let code = code.or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1)
}
