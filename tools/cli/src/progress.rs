//! What takes longer than two seconds is shown to whoever waits before a terminal, and nobody else.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(2);
const STEP: Duration = Duration::from_secs(1);

/// Shows something until it is dropped, which leaves the terminal as it was.
pub struct Progress(Option<(Sender<()>, JoinHandle<()>)>);

/// `what` is being done, such as `reading web.iso`.
pub fn show(what: &str) -> Progress {
    let terminal = std::io::stderr();
    if !terminal.is_terminal() {
        return Progress(None);
    }
    // a file may be named anything, and a line that is longer than the terminal could not be taken away again
    let visible = |c: char| if c.is_control() { '?' } else { c };
    let what = what.chars().map(visible).take(60).collect();
    Progress::on(terminal, what, PATIENCE)
}

impl Progress {
    fn on(mut terminal: impl Write + Send + 'static, what: String, patience: Duration) -> Self {
        let (done, is_done) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let begin = Instant::now();
            let (mut wait, mut erase) = (patience, "");
            while is_done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                let seconds = begin.elapsed().as_secs();
                // what can't be shown is not worth failing for
                let _ = write!(terminal, "\r{what} … {seconds} s").and_then(|()| terminal.flush());
                (wait, erase) = (STEP, "\r\x1b[K");
            }
            let _ = write!(terminal, "{erase}").and_then(|()| terminal.flush());
        });
        Self(Some((done, thread)))
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, thread)) = self.0.take() {
            drop(done);
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    /// A terminal that tells a test what is written to it.
    struct Terminal(Sender<String>);

    impl Write for Terminal {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8_lossy(bytes).into_owned();
            self.0.send(text).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_takes_long_is_shown_and_taken_away_again() {
        let (sender, written) = mpsc::channel();
        let progress = Progress::on(Terminal(sender), "reading x".into(), Duration::ZERO);
        let mut shown = String::new();
        while !shown.ends_with(" s") {
            shown += &written.recv().unwrap();
        }
        assert!(shown.starts_with("\rreading x … "), "{shown:?}");
        drop(progress);
        let rest: String = written.iter().collect();
        assert!(rest.ends_with("\r\x1b[K"), "{rest:?}");
    }

    #[test]
    fn what_is_quick_leaves_no_trace() {
        let (sender, written) = mpsc::channel();
        drop(Progress::on(
            Terminal(sender),
            "x".into(),
            Duration::from_secs(3600),
        ));
        assert_eq!(written.iter().collect::<String>(), "");
    }
}
