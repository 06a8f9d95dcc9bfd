//! What was sent on a connection and may not have arrived. Pure.

use crate::logs::record::Record;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What was acknowledged this long ago on a connection that still exists was read, not just received: the
/// kernel at the other end acknowledges on its own, and drops what nobody has read when it resets.
pub const DOUBT: Duration = Duration::from_secs(2);
/// So was what was sent and acknowledged this many bytes ago, which bounds what is kept in a flood.
const BYTES: u64 = 64 * 1024;

#[derive(Default)]
pub struct Window {
    sent: VecDeque<Sent>,
    /// Bytes sent on this connection.
    end: u64,
    has_arrived: bool,
}

struct Sent {
    at: Instant,
    /// Bytes sent up to its end.
    end: u64,
    record: Arc<Record>,
}

impl Window {
    /// `record` was sent; with it, `end` bytes were on this connection.
    pub fn push(&mut self, at: Instant, end: u64, record: Arc<Record>) {
        self.sent.push_back(Sent { at, end, record });
        self.end = end;
    }

    /// Forget what has arrived: the part of the first `acknowledged` bytes that is at least `doubt` old.
    pub fn forget(&mut self, acknowledged: u64, doubt: Duration, now: Instant) {
        let end = self.end;
        let has_arrived = |sent: &Sent| {
            sent.end <= acknowledged
                && (now.saturating_duration_since(sent.at) >= doubt || end - sent.end >= BYTES)
        };
        while self.sent.front().is_some_and(has_arrived) {
            self.sent.pop_front();
            self.has_arrived = true;
        }
    }

    /// Whether anything has certainly arrived.
    pub fn has_arrived(&self) -> bool {
        self.has_arrived
    }

    /// What has to be sent again when the connection is over.
    pub fn into_records(self) -> impl Iterator<Item = Arc<Record>> {
        self.sent.into_iter().map(|sent| sent.record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::{Severity, Source};

    const LINE: u64 = 100;

    /// After `count` lines, all sent at the same moment.
    fn window(at: Instant, count: u64) -> Window {
        let mut window = Window::default();
        for number in 1..=count {
            let record = Record::new(Source::Init, Severity::Notice, number, b"x");
            window.push(at, number * LINE, Arc::new(record));
        }
        window
    }

    fn numbers(window: Window) -> Vec<u64> {
        window.into_records().map(|record| record.at).collect()
    }

    #[test]
    fn after_an_orderly_end_only_what_was_not_acknowledged_is_sent_again() {
        let now = Instant::now();
        let mut window = window(now, 5);
        // the fourth was acknowledged in part
        window.forget(3 * LINE + LINE / 2, Duration::ZERO, now);
        assert!(window.has_arrived());
        assert_eq!(numbers(window), [4, 5]);
    }

    #[test]
    fn after_a_reset_what_was_acknowledged_just_before_is_in_doubt() {
        let start = Instant::now();
        let mut window = window(start, 2);
        window.forget(2 * LINE, DOUBT, start + DOUBT / 2);
        assert!(!window.has_arrived());
        let later = start + DOUBT;
        let record = Record::new(Source::Init, Severity::Notice, 3, b"x");
        window.push(later, 3 * LINE, Arc::new(record));
        window.forget(3 * LINE, DOUBT, later);
        assert_eq!(numbers(window), [3]);
    }

    #[test]
    fn what_was_never_acknowledged_is_never_forgotten() {
        let start = Instant::now();
        let mut window = window(start, 2 * BYTES / LINE);
        window.forget(0, DOUBT, start + 1000 * DOUBT);
        assert_eq!(numbers(window).len() as u64, 2 * BYTES / LINE);
    }

    #[test]
    fn a_flood_keeps_no_more_than_the_bound() {
        let now = Instant::now();
        let mut window = window(now, 10 * BYTES / LINE);
        window.forget(10 * BYTES, DOUBT, now);
        assert!(numbers(window).len() as u64 * LINE < BYTES + LINE);
    }
}
