//! The threads that look whether programs are healthy. What they find, the supervisor acts upon.

use super::status::Statuses;
use super::thread;
use scratchmachine::config::program::Check;
use scratchmachine::logs::Log;
use scratchmachine::supervisor::Program;
use scratchmachine::{Error, health, signals};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// From one question to the next.
const PAUSE: Duration = Duration::from_secs(5);
/// So many wrong answers in a row make a program unhealthy.
const FAILURES: u32 = 3;

/// Programs that have to end: their names and their processes.
#[derive(Default, Clone)]
pub struct Unhealthy(Arc<Mutex<Vec<(String, i32)>>>);

impl Unhealthy {
    pub fn take(&self) -> Vec<(String, i32)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, name: &str, process: i32) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((name.to_owned(), process));
    }
}

/// A thread for each program that has a check.
pub fn watch(log: &Log, programs: &[Program], statuses: &Statuses) -> Unhealthy {
    let unhealthy = Unhealthy::default();
    for program in programs {
        let Some(check) = program.settings().check.clone() else {
            continue;
        };
        let (log_of, statuses) = (log.clone(), Arc::clone(statuses));
        let (name, found) = (program.name.clone(), unhealthy.clone());
        thread::start(log, "health", move || {
            follow(&log_of, &name, &check, &statuses, &found)
        });
    }
    unhealthy
}

fn follow(log: &Log, name: &str, check: &Check, statuses: &Statuses, unhealthy: &Unhealthy) -> ! {
    let process = || {
        let statuses = statuses.lock().unwrap_or_else(PoisonError::into_inner);
        let program = statuses.iter().find(|it| it.name == name)?;
        program.process
    };
    // of one process: another one begins anew
    let (mut asked, mut failures) = (None, 0);
    loop {
        std::thread::sleep(PAUSE);
        let process = process();
        if process != asked {
            (asked, failures) = (process, 0);
        }
        let Some(process) = process else { continue };
        match health::ask(check) {
            Ok(()) if failures > 0 => {
                log.info(format_args!("{name}: {check} is healthy again"));
                failures = 0;
            }
            Ok(()) => {}
            Err(cause) => {
                failures += 1;
                let doing = format!("{name}: check {check}, {failures} of {FAILURES}");
                log.warn(Error::new(doing, cause));
                if failures == FAILURES {
                    unhealthy.push(name, process);
                    // the thread that waits for signals has something to do
                    signals::send(signals::CHILD);
                }
            }
        }
    }
}
