//! How consoles and collector wait for what comes next.

use super::record::Record;
use super::ring::{Counts, Ring, Wants};
use super::{Log, Seat};
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

    /// Sleep, unless somebody is in a hurry.
    pub fn pause(&self, time: Duration) {
        let state = self.log.lock();
        let hurries = state.hurries;
        let _ = self
            .log
            .0
            .changed
            .wait_timeout_while(state, time, |state| state.hurries == hurries);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.log.lock().readers.retain(|seat| seat.id != self.id);
        // nobody has to wait for it any more
        self.log.0.changed.notify_all();
    }
}
