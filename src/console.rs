//! Every console that the kernel prints on, not only `/dev/console`, which is the last of them.
//!
//! Each has a thread of its own, and only that one waits when its port is stuck: an operator pressed Ctrl-S, a
//! modem line is down, a serial port leads nowhere. A line is one write, which the terminal layer does not
//! interrupt for other writers; the kernel's own messages may still come between two lines.

use crate::Error;
use nix::fcntl::OFlag;
use nix::sys::termios::{LocalFlags, SetArg, tcdrain, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The registered consoles, one per line (Documentation/admin-guide/serial-console.rst, proc(5)).
pub const LIST: &str = "/proc/consoles";
/// If the list can't be read, the kernel still has this.
const LAST_CONSOLE: &str = "/dev/console";
/// How soon a console that failed is opened again.
const RETRY: Duration = Duration::from_secs(1);

/// The devices of all consoles.
///
/// # Errors
/// The list can't be read, or there is no terminal in it. Then `/dev/console` is worth a try: [`last_resort`].
pub fn list() -> Result<Vec<PathBuf>, Error> {
    let text = std::fs::read_to_string(LIST)
        .map_err(|cause| Error::new(format!("read {LIST}"), cause).advise("is /proc mounted?"))?;
    let consoles = parse(&text);
    if consoles.is_empty() {
        return Err(
            Error::new(format!("read {LIST}"), "there is no terminal in it")
                .advise("does the command line have console=…?"),
        );
    }
    Ok(consoles)
}

pub fn last_resort() -> PathBuf {
    LAST_CONSOLE.into()
}

/// `ttyS0                -W- (EC  p a)    4:64`: the name is that of the device. A console without a
/// device number, such as netconsole, is not a terminal.
fn parse(text: &str) -> Vec<PathBuf> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let name = words.next()?;
            let (major, minor) = words.next_back()?.split_once(':')?;
            major.parse::<u32>().ok()?;
            minor.parse::<u32>().ok()?;
            (!name.contains('/')).then(|| Path::new("/dev").join(name))
        })
        .collect()
}

/// Write the lines that `next` puts into the buffer to the console, forever: the body of a thread. An
/// empty line asks to wait until the port has sent everything. When a console fails (it was hung up, or
/// unplugged, or was never there), `report` gets the first failure in a row, `pause` passes the time, and the line
/// is written when the console can be opened again.
pub fn run(
    console: &Path,
    mut next: impl FnMut(&mut Vec<u8>),
    pause: impl Fn(Duration),
    report: impl Fn(Error),
) -> ! {
    let mut line = Vec::new();
    let mut works = true;
    loop {
        let error = match open(console) {
            Ok(port) => write_lines(port, &mut line, &mut next, || works = true),
            Err(error) => error,
        };
        if works {
            report(
                Error::new(format!("write {}", console.display()), error)
                    .advise("retrying every second"),
            );
            works = false;
        }
        pause(RETRY);
    }
}

fn open(console: &Path) -> io::Result<File> {
    let port = OpenOptions::new()
        .write(true)
        // PID 1 does not want a controlling terminal: Ctrl-C there would be a signal
        .custom_flags(OFlag::O_NOCTTY.bits())
        .open(console)?;
    ignore_input(&port);
    Ok(port)
}

/// Nobody reads what is typed, so it must not disturb our lines: neither by its echo nor by a Ctrl-C, which would throw
/// away what the port has yet to send. Ctrl-S and Ctrl-Q stay (termios(3)).
fn ignore_input(port: &File) {
    // what is not a terminal has no such settings
    if let Ok(mut settings) = tcgetattr(port) {
        settings
            .local_flags
            .remove(LocalFlags::ECHO | LocalFlags::ISIG);
        let _ = tcsetattr(port, SetArg::TCSANOW, &settings);
    }
}

/// Until the port fails.
fn write_lines(
    mut port: File,
    line: &mut Vec<u8>,
    next: &mut impl FnMut(&mut Vec<u8>),
    mut works: impl FnMut(),
) -> io::Error {
    loop {
        if let Err(error) = port.write_all(line) {
            return error;
        }
        if !line.is_empty() {
            works();
        }
        next(line);
        if line.is_empty() {
            // what is not a terminal has nothing to wait for
            let _ = tcdrain(&port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_terminal_of_the_kernels_list_is_a_console() {
        let list = "\
            tty0                 -WU (EC p  )    4:1\n\
            ttyS0                -W- (E  p a)    4:64\n\
            netcon0              -W- (E     )\n\
            hvc0                 RW- (E    )  229:0\n\
            \n\
            ../etc/passwd        -W- (E  p a)    4:64\n";
        let devices = ["/dev/tty0", "/dev/ttyS0", "/dev/hvc0"];
        assert_eq!(parse(list), devices.map(PathBuf::from));
    }

    proptest::proptest! {
        #[test]
        fn any_list_is_read_without_harm(list in ".{0,200}") {
            parse(&list);
        }
    }
}
