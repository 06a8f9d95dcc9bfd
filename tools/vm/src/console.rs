//! The serial console: everything that was said, and waiting for something to be said.

use std::io::Read;
use std::process::ChildStdout;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub struct Console {
    said: Arc<(Mutex<Said>, Condvar)>,
}

#[derive(Default)]
struct Said {
    bytes: Vec<u8>,
    /// How many bytes there were when.
    arrivals: Vec<(usize, Instant)>,
    ended: bool,
}

impl Console {
    pub fn read_from(mut stream: ChildStdout) -> Self {
        let said = Arc::new((Mutex::new(Said::default()), Condvar::new()));
        let shared = Arc::clone(&said);
        std::thread::spawn(move || {
            let (said, changed) = &*shared;
            let mut buffer = [0; 4096];
            loop {
                let count = stream.read(&mut buffer).unwrap_or(0);
                let mut said = said.lock().unwrap();
                said.bytes.extend_from_slice(&buffer[..count]);
                let length = said.bytes.len();
                said.arrivals.push((length, Instant::now()));
                said.ended = count == 0;
                changed.notify_all();
                if said.ended {
                    return;
                }
            }
        });
        Console { said }
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.said.0.lock().unwrap().bytes).into_owned()
    }

    /// Every whole line, and when its end came.
    pub fn lines(&self) -> Vec<(Instant, String)> {
        let said = self.said.0.lock().unwrap();
        let mut end = 0;
        said.bytes
            .split_inclusive(|byte| *byte == b'\n')
            .filter(|line| line.ends_with(b"\n"))
            .map(|line| {
                end += line.len();
                let arrival = said.arrivals.partition_point(|(length, _)| *length < end);
                let text = String::from_utf8_lossy(line).trim_end().to_owned();
                (said.arrivals[arrival].1, text)
            })
            .collect()
    }

    /// Wait until `text` is in so many lines and return the last of them.
    pub fn wait_for(&self, text: &str, times: usize, patience: Duration) -> String {
        self.wait(&format!("'{text}'"), patience, |console, _| {
            console
                // the end of the line too, so that what is returned is whole
                .split_inclusive('\n')
                .filter(|line| line.contains(text) && line.ends_with('\n'))
                .nth(times - 1)
                .map(|line| line.trim_end().to_owned())
        })
    }

    /// Wait until nobody can say anything any more.
    pub fn wait_for_end(&self, patience: Duration) {
        self.wait("the end", patience, |_, ended| ended.then_some(()))
    }

    fn wait<T>(&self, what: &str, patience: Duration, look: impl Fn(&str, bool) -> Option<T>) -> T {
        let deadline = Instant::now() + patience;
        let (said, changed) = &*self.said;
        let mut said = said.lock().unwrap();
        loop {
            let console = String::from_utf8_lossy(&said.bytes).into_owned();
            let left = deadline.saturating_duration_since(Instant::now());
            let reason = if let Some(found) = look(&console, said.ended) {
                return found;
            } else if console.contains("Kernel panic") {
                "the kernel panicked"
            } else if said.ended {
                "QEMU ended"
            } else if left.is_zero() {
                "time is up"
            } else {
                said = changed.wait_timeout(said, left).unwrap().0;
                continue;
            };
            // the reader goes on with what is locked here
            drop(said);
            panic!("waiting for {what}: {reason}. The console:\n{console}");
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
