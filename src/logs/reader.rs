//! How consoles and collector wait for what comes next.

use super::record::Record;
use super::ring::{Counts, Ring, Wants};
use super::{Log, Reach, Seat};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// Reads the log from its own place.
pub struct Reader {
    log: Log,
    id: u64,
    /// The last flush that was handed out.
    flush: u64,
}

pub enum Next {
    /// The next records, and what was lost before them.
    Records(Vec<Arc<Record>>, Counts),
    /// All was handed out, and somebody waits until it has arrived.
    Flush,
    /// Nothing came for as long as the reader had patience.
    Nothing,
}

impl Reader {
    /// Begins with the first record ever written, if it is still there.
    pub fn new(log: &Log, name: &str, wants: Wants) -> Reader {
        let mut state = log.lock();
        let id = state.seats;
        state.seats += 1;
        let flushed = state.flushes;
        state.readers.push(Seat {
            id,
            name: name.to_owned(),
            reader: Ring::reader(wants),
            flushed,
            reach: Reach::Present,
        });
        Reader {
            log: log.clone(),
            id,
            flush: flushed,
        }
    }

    /// Wait for the next thing to do, not longer than `patience` if there is one. Who comes back for more
    /// has done what it got before.
    pub fn next(&mut self, patience: Option<Duration>) -> Next {
        let deadline = patience.map(|patience| Instant::now() + patience);
        let shared = &self.log.0;
        let mut guard = self.log.lock();
        loop {
            let state = &mut *guard;
            let Some(seat) = state.readers.iter_mut().find(|seat| seat.id == self.id) else {
                return Next::Nothing;
            };
            seat.reach = Reach::Present;
            if let Some((records, lost)) = state.ring.next(&mut seat.reader) {
                return Next::Records(records, lost);
            }
            if self.flush < state.flushes {
                self.flush = state.flushes;
                return Next::Flush;
            }
            if seat.flushed < self.flush {
                seat.flushed = self.flush;
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

    /// A function that sleeps, unless somebody is in a hurry: for when it can't deliver what it has taken. Until it
    /// comes back for more, nobody waits for it but for one more try.
    pub fn pause(&self) -> impl Fn(Duration) + Send + use<> {
        let (log, id) = (self.log.clone(), self.id);
        move |time| log.pause(id, time)
    }

    /// The same for when it can deliver, but not so soon: who waits for it goes on waiting.
    pub fn rest(&self, time: Duration) {
        drop(self.log.sleep(self.log.lock(), time));
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.log.lock().readers.retain(|seat| seat.id != self.id);
        // nobody has to wait for it any more
        self.log.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Severity;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// A reader that takes all there is, can't deliver it, and calls `then` when it is to try again.
    fn away(log: &Log, then: impl FnOnce(Reader) + Send + 'static) {
        let everything = Wants {
            init: Some(u64::MAX),
            kernel: None,
            programs: None,
        };
        let mut reader = Reader::new(log, "away", everything);
        log.say(Severity::Notice, "to be delivered");
        assert!(matches!(reader.next(None), Next::Records(..)));
        std::thread::spawn(move || {
            reader.pause()(PATIENCE);
            then(reader);
        });
        while log.lock().readers[0].reach != Reach::Away {
            std::thread::yield_now();
        }
    }

    #[test]
    fn who_is_away_gets_one_more_try_at_the_end() {
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
    fn the_end_does_not_wait_for_who_fails_again_nor_long_for_who_can_not_tell() {
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
