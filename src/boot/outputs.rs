//! The threads that write what programs print into the log.

use super::thread;
use scratchmachine::logs::{self, Log, Severity};
use scratchmachine::supervisor::Output;
use std::cell::RefCell;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Programs that have ended may have this much time for their last lines to be read.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Default)]
pub struct Outputs(RefCell<Vec<JoinHandle<()>>>);

impl Outputs {
    /// Write what the program `name` prints into the log.
    pub fn forward(&self, log: &Log, name: &str, output: Output) {
        let mut threads = self.0.borrow_mut();
        threads.retain(|thread| !thread.is_finished());
        let pipes = [
            ("stdout", output.stdout, Severity::Informational),
            ("stderr", output.stderr, Severity::Notice),
        ];
        for (what, pipe, severity) in pipes {
            let (lines, name) = (log.clone(), name.to_owned());
            threads.extend(thread::start(log, what, move || {
                logs::forward(pipe, &name, severity, &lines)
            }));
        }
    }

    /// Wait until everything that the programs have printed is in the log. They have ended, so that is soon.
    pub fn finish(&self) {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline && !self.0.borrow().iter().all(JoinHandle::is_finished) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}
