//! The serial console: everything that it has shown, and waiting for something to be shown.

use std::io::Read;
use std::process::ChildStdout;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub struct Console {
    shared: Arc<(Mutex<Output>, Condvar)>,
}

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    /// How many bytes there were when.
    arrivals: Vec<(usize, Instant)>,
    ended: bool,
}

impl Console {
    pub fn read_from(mut stream: ChildStdout) -> Self {
        let console = Console {
            shared: Arc::default(),
        };
        let shared = Arc::clone(&console.shared);
        std::thread::spawn(move || {
            let (output, changed) = &*shared;
            let mut buffer = [0; 4096];
            loop {
                let count = stream.read(&mut buffer).unwrap_or(0);
                if cfg!(feature = "scenario") {
                    // The test harness keeps it for tests that fail, or shows it at once: --nocapture.
                    print!("{}", String::from_utf8_lossy(&buffer[..count]));
                }
                let mut output = output.lock().unwrap();
                output.bytes.extend_from_slice(&buffer[..count]);
                let length = output.bytes.len();
                output.arrivals.push((length, Instant::now()));
                output.ended = count == 0;
                changed.notify_all();
                if output.ended {
                    return;
                }
            }
        });
        console
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.shared.0.lock().unwrap().bytes).into_owned()
    }

    /// Every complete line, and when its end came.
    pub fn lines(&self) -> Vec<(Instant, String)> {
        let output = self.shared.0.lock().unwrap();
        let mut end = 0;
        output
            .bytes
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n"))
            .map(|line| {
                end += line.len();
                let arrival = output.arrivals.partition_point(|(length, _)| *length < end);
                let text = String::from_utf8_lossy(line).trim_end().to_owned();
                (output.arrivals[arrival].1, text)
            })
            .collect()
    }

    /// Wait until `text` is in so many lines and return the last of them.
    pub fn wait_for(&self, text: &str, times: usize, timeout: Duration) -> String {
        self.wait(&format!("'{text}'"), timeout, |console, _| {
            console
                // the end of the line too, so that what is returned is complete
                .split_inclusive('\n')
                .filter(|line| line.contains(text) && line.ends_with('\n'))
                .nth(times - 1)
                .map(|line| line.trim_end().to_owned())
        })
    }

    /// Wait until nothing more can come.
    pub fn wait_for_end(&self, timeout: Duration) {
        self.wait("the end", timeout, |_, ended| ended.then_some(()))
    }

    fn wait<T>(&self, what: &str, timeout: Duration, look: impl Fn(&str, bool) -> Option<T>) -> T {
        let deadline = Instant::now() + timeout;
        let (output, changed) = &*self.shared;
        let mut output = output.lock().unwrap();
        loop {
            let console = String::from_utf8_lossy(&output.bytes).into_owned();
            let left = deadline.saturating_duration_since(Instant::now());
            let reason = if let Some(found) = look(&console, output.ended) {
                return found;
            } else if console.contains("Kernel panic") {
                "the kernel panicked"
            } else if output.ended {
                "QEMU ended"
            } else if left.is_zero() {
                "time is up"
            } else {
                output = changed.wait_timeout(output, left).unwrap().0;
                continue;
            };
            // the reader goes on with what is locked here
            drop(output);
            panic!("waiting for {what}: {reason}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn a_line_came_when_its_end_came() {
        let mut speaker = Command::new("sh")
            .args(["-c", "echo one; printf tw; sleep 0.3; printf 'o\\nthr'"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("start sh");
        let console = Console::read_from(speaker.stdout.take().expect("stdout is piped"));
        console.wait_for_end(Duration::from_secs(60));
        let lines = console.lines();
        let texts: Vec<_> = lines.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["one", "two"]);
        assert!(lines[1].0 - lines[0].0 >= Duration::from_millis(200));
        speaker.wait().expect("sh ends");
    }
}
