//! How consoles and collector wait for the next records.

use super::record::Record;
use super::ring::{Backlog, Counts, Ring};
use super::{Delivery, Log, Registration};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// Reads the log from a position of its own.
pub struct Reader {
    log: Log,
    id: u64,
    /// The last flush that was handed out.
    flush: u64,
}

pub enum Next {
    /// The next records, and what was lost before them.
    Records(Vec<Arc<Record>>, Counts),
    /// Everything was handed out, and somebody is waiting for it to arrive.
    Flush,
    /// Nothing came while the reader was prepared to wait.
    Nothing,
}

impl Reader {
    /// Begins with the first record ever written, if it is still there.
    pub fn new(log: &Log, name: &str, backlog: Backlog) -> Reader {
        let mut state = log.lock();
        let id = state.next_id;
        state.next_id += 1;
        let flushed = state.flushes;
        state.readers.push(Registration {
            id,
            name: name.to_owned(),
            reader: Ring::reader(backlog),
            flushed,
            delivery: Delivery::Working,
        });
        Reader {
            log: log.clone(),
            id,
            flush: flushed,
        }
    }

    /// Wait for the next thing to do, not longer than `patience` if there is one. A reader that comes back for more has
    /// delivered what it got before.
    pub fn next(&mut self, patience: Option<Duration>) -> Next {
        let deadline = patience.map(|patience| Instant::now() + patience);
        let shared = &self.log.0;
        let mut guard = self.log.lock();
        loop {
            let state = &mut *guard;
            let mut readers = state.readers.iter_mut();
            let Some(registration) = readers.find(|reader| reader.id == self.id) else {
                return Next::Nothing;
            };
            registration.delivery = Delivery::Working;
            if let Some((records, lost)) = state.ring.next(&mut registration.reader) {
                return Next::Records(records, lost);
            }
            if self.flush < state.flushes {
                self.flush = state.flushes;
                return Next::Flush;
            }
            if registration.flushed < self.flush {
                registration.flushed = self.flush;
                shared.changed.notify_all();
            }
            guard = match deadline {
                None => shared
                    .changed
                    .wait(guard)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Next::Nothing;
                    }
                    let (guard, _) = shared
                        .changed
                        .wait_timeout(guard, left)
                        .unwrap_or_else(PoisonError::into_inner);
                    guard
                }
            };
        }
    }

    /// A function that sleeps, or until [`Log::retry_now`] is called: for when the reader can't deliver what it has taken.
    /// Until it comes back for more, nobody waits for it any longer than one more attempt takes.
    pub fn pause(&self) -> impl Fn(Duration) + Send + use<> {
        let (log, id) = (self.log.clone(), self.id);
        move |time| log.pause(id, time)
    }

    /// The same for when it can deliver, but not yet: whoever is waiting for it goes on waiting.
    pub fn rest(&self, time: Duration) {
        drop(self.log.sleep(self.log.lock(), time));
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.log
            .lock()
            .readers
            .retain(|reader| reader.id != self.id);
        // nobody has to wait for it any more
        self.log.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Severity;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// A reader that takes everything, can't deliver it, and calls `then` when it is to try again.
    fn away(log: &Log, then: impl FnOnce(Reader) + Send + 'static) {
        let everything = Backlog {
            init: Some(u64::MAX),
            kernel: None,
            programs: None,
        };
        let mut reader = Reader::new(log, "away", everything);
        log.report(Severity::Notice, "to be delivered");
        assert!(matches!(reader.next(None), Next::Records(..)));
        std::thread::spawn(move || {
            reader.pause()(PATIENCE);
            then(reader);
        });
        while log.lock().readers[0].delivery != Delivery::Failing {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_reader_that_is_away_gets_one_more_attempt_at_the_end() {
        let log = Log::default();
        away(
            &log,
            |mut reader| {
                while !matches!(reader.next(None), Next::Nothing) {}
            },
        );
        assert!(log.flush(PATIENCE));
    }

    #[test]
    fn the_end_does_not_wait_for_a_reader_that_fails_again_nor_long_for_a_silent_one() {
        for is_refused in [true, false] {
            let log = Log::default();
            away(&log, move |reader| {
                if is_refused {
                    reader.pause()(PATIENCE);
                }
                std::thread::sleep(PATIENCE);
            });
            let start = Instant::now();
            assert!(!log.flush(PATIENCE));
            assert!(start.elapsed() < PATIENCE / 2);
        }
    }
}
