//! How a machine ended, as its console says.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

/// The exit status of a machine whose kernel or init gave up.
pub const GAVE_UP: u8 = 70;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All programs were jobs and have ended: with the exit status of the first that failed.
    Jobs(u8),
    /// The kernel or init gave up.
    GaveUp,
}

impl Ending {
    /// What a line of the console says of it. The lines of programs have their names in front.
    pub fn in_line(line: &str) -> Option<Self> {
        let stamped = without_time(line);
        let text = stamped.unwrap_or(line);
        let gave_up = ["Kernel panic - not syncing: ", "init: bug in init: "];
        if gave_up.iter().any(|beginning| text.starts_with(beginning)) {
            return Some(Self::GaveUp);
        }
        let (status, _) = stamped?
            .strip_prefix("init: exit status ")?
            .split_once(", ")?;
        status.parse().ok().map(Self::Jobs)
    }

    pub fn exit_status(self) -> u8 {
        match self {
            Self::Jobs(status) => status,
            Self::GaveUp => GAVE_UP,
        }
    }
}

/// What is behind `[    1.234567] `.
fn without_time(line: &str) -> Option<&str> {
    let (time, text) = line.strip_prefix('[')?.split_once("] ")?;
    let is_time = |c: char| c == ' ' || c == '.' || c.is_ascii_digit();
    (!time.is_empty() && time.chars().all(is_time)).then_some(text)
}

/// Reads a console to its end and returns the last ending in it.
///
/// A machine that can't power itself off has nothing more to say after its jobs have ended: after that much `silence`,
/// `switch_off` is called.
pub fn follow(
    console: impl Read + Send + 'static,
    silence: Duration,
    mut switch_off: impl FnMut(),
) -> Option<Ending> {
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(console).split(b'\n').map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let (mut ending, mut is_over) = (None, false);
    loop {
        let line = match is_over {
            true => lines.recv_timeout(silence),
            false => lines.recv().map_err(RecvTimeoutError::from),
        };
        match line {
            Ok(line) => {
                if let Some(told) = Ending::in_line(&String::from_utf8_lossy(&line)) {
                    ending = Some(told);
                    is_over |= matches!(told, Ending::Jobs(_));
                }
            }
            Err(RecvTimeoutError::Timeout) => {
                switch_off();
                is_over = false;
            }
            Err(RecvTimeoutError::Disconnected) => return ending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    const LONG: Duration = Duration::from_secs(60);
    const JOB_FAILED: &str = "[    2.345678] init: exit status 3, of 'job'\r\n";

    #[test]
    fn the_lines_of_the_end_are_known_from_those_that_only_look_so() {
        for (line, ending) in [
            (
                "[    2.345678] init: exit status 0, all jobs have ended\r",
                Some(Ending::Jobs(0)),
            ),
            (
                "[2.3] init: exit status 255, of 'a'",
                Some(Ending::Jobs(255)),
            ),
            (
                "[    1.0] Kernel panic - not syncing: Attempted",
                Some(Ending::GaveUp),
            ),
            (
                "Kernel panic - not syncing: VFS: Unable",
                Some(Ending::GaveUp),
            ),
            ("[ 0.5] init: bug in init: a drill", Some(Ending::GaveUp)),
            ("init: bug in init: a drill", Some(Ending::GaveUp)),
            ("init: exit status 3, without a time", None),
            ("[    2.3] job: init: exit status 3, of 'job'", None),
            ("[    2.3] job: [ 2.3] init: exit status 3, of 'job'", None),
            ("[x] init: exit status 3, of 'job'", None),
            ("[] init: exit status 3, of 'job'", None),
            ("[ 1.0] init: exit status 256, of 'job'", None),
            ("[ 1.0] init: exit status 3", None),
            ("[ 1.0] job: Kernel panic - not syncing: no", None),
            ("", None),
        ] {
            assert_eq!(Ending::in_line(line), ending, "{line:?}");
        }
    }

    #[test]
    fn a_console_is_read_to_its_end_and_the_last_ending_counts() {
        let follow = |text: &'static str| {
            follow(text.as_bytes(), LONG, || panic!("it ended by itself")).map(Ending::exit_status)
        };
        assert_eq!(follow(""), None);
        assert_eq!(follow("SeaBIOS\r\n\u{1b}[2J\r\n[ 1.0] init: up\r\n"), None);
        assert_eq!(follow(JOB_FAILED), Some(3));
        assert_eq!(
            follow("[ 1.0] Kernel panic - not syncing: no\n"),
            Some(GAVE_UP)
        );
        let panics_later =
            "[ 1.0] init: exit status 0, all\r\n[ 1.1] Kernel panic - not syncing: x";
        assert_eq!(follow(panics_later), Some(GAVE_UP));
    }

    #[test]
    fn a_machine_that_is_silent_after_its_jobs_have_ended_is_switched_off() {
        let (console, mut machine) = UnixStream::pair().unwrap();
        machine.write_all(b"\xff\xfe not text\n").unwrap();
        machine.write_all(JOB_FAILED.as_bytes()).unwrap();
        let mut machine = Some(machine);
        let ending = follow(console, Duration::from_millis(1), || drop(machine.take()));
        assert_eq!(ending, Some(Ending::Jobs(3)));
    }
}
