//! The threads that write what programs print into the log.

use super::thread;
use scratchmachine::config::program::Until;
use scratchmachine::logs::{self, Log, Severity};
use scratchmachine::supervisor::{Output, Program};
use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Programs that have ended may have this much time for their last lines to be read.
const PATIENCE: Duration = Duration::from_secs(3);

pub struct Outputs {
    threads: RefCell<Vec<JoinHandle<()>>>,
    awaited: Vec<Awaited>,
}

/// A text that another program waits for.
#[derive(Clone)]
struct Awaited {
    program: String,
    text: String,
    was_seen: Arc<AtomicBool>,
}

impl Outputs {
    pub fn new(programs: &[Program]) -> Self {
        let afters = programs.iter().flat_map(|it| &it.settings().after);
        let awaited = afters.filter_map(|after| match &after.until {
            Until::Prints(text) => Some(Awaited {
                program: after.program.clone(),
                text: text.clone(),
                was_seen: Arc::default(),
            }),
            _ => None,
        });
        Outputs {
            threads: RefCell::default(),
            awaited: awaited.collect(),
        }
    }

    /// Whether the program `name` has printed a line with `text` in it.
    pub fn has_seen(&self, name: &str, text: &str) -> bool {
        let mut awaited = self.awaited.iter();
        awaited
            .any(|it| it.program == name && it.text == text && it.was_seen.load(Ordering::Relaxed))
    }

    /// Write what the program `name` prints into the log.
    pub fn forward(&self, log: &Log, name: &str, output: Output) {
        let mut threads = self.threads.borrow_mut();
        threads.retain(|thread| !thread.is_finished());
        let pipes = [
            ("stdout", output.stdout, Severity::Informational),
            ("stderr", output.stderr, Severity::Notice),
        ];
        for (what, pipe, severity) in pipes {
            let (lines, name) = (log.clone(), name.to_owned());
            let awaited = self.awaited.iter().filter(|it| it.program == name);
            let awaited: Vec<Awaited> = awaited.cloned().collect();
            threads.extend(thread::start(log, what, move || {
                logs::forward(pipe, &name, severity, &lines, |line| {
                    for text in awaited.iter().filter(|it| it.is_in(line)) {
                        text.was_seen.store(true, Ordering::Relaxed);
                    }
                })
            }));
        }
    }

    /// Wait until everything that the programs have printed is in the log. They have ended, so that is soon.
    pub fn finish(&self) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline
            && !self.threads.borrow().iter().all(JoinHandle::is_finished)
        {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Awaited {
    fn is_in(&self, line: &[u8]) -> bool {
        let text = self.text.as_bytes();
        line.windows(text.len()).any(|part| part == text)
    }
}
