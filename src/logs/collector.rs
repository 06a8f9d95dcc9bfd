//! The lines go to a syslog collector: RFC 5424 messages in UDP datagrams (RFC 5426) or, each with its
//! length before it, on a TCP connection (RFC 6587, section 3.4.1).
//!
//! Neither transport tells what has arrived. What may not have arrived when a connection breaks is sent
//! again on the next one: a line may come twice, with the same time stamp, rather than not at all. Over UDP
//! this works only where the collector's machine refuses datagrams; what the network drops is lost.

mod connection;
mod target;

use super::record::{Record, Severity};
use super::ring::Wants;
use super::{Log, Next, Reader};
use connection::{Connection, PATIENCE, SEND_BUFFER};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
pub use target::{Target, Transport};

const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// After a connection that lasted this long the delay is [`FIRST_DELAY`] again.
const STEADY: Duration = Duration::from_secs(30);

/// How often an idle connection is looked at: has the other side closed it?
const LOOK: Duration = Duration::from_secs(1);
/// More than the send buffer can hold: what was sent before so many bytes has been acknowledged.
const WINDOW: usize = 4 * SEND_BUFFER;

/// Sends the log to a collector.
pub struct Sender {
    target: Target,
    log: Log,
    reader: Reader,
    connection: Option<Connection>,
    /// To be sent before anything else of the log.
    first: VecDeque<Arc<Record>>,
    window: Window,
    delay: Duration,
    state: State,
}

/// What the console was told last.
#[derive(PartialEq)]
enum State {
    New,
    Reached,
    Away,
}

impl Sender {
    /// From the first line on that the log still has. From now on [`Log::flush`] waits for the collector.
    pub fn new(target: Target, log: &Log) -> Sender {
        let everything = Wants {
            init: Some(u64::MAX),
            kernel: Some(u64::MAX),
            programs: Some(u64::MAX),
        };
        Sender {
            target,
            log: log.clone(),
            reader: Reader::new(log, &target.to_string(), everything),
            connection: None,
            first: VecDeque::new(),
            window: Window::new(target.transport),
            delay: FIRST_DELAY,
            state: State::New,
        }
    }

    /// Send, for ever: the body of a thread.
    pub fn run(mut self) -> ! {
        loop {
            self.step();
        }
    }

    fn step(&mut self) {
        let done = match self.first.front().cloned() {
            Some(record) => self.send(record),
            None => self.take(),
        };
        if let Err(cause) = done {
            self.wait_for_better_times(cause);
        }
    }

    fn take(&mut self) -> io::Result<()> {
        // without a connection there is nothing to look at
        let patience = self.connection.as_ref().map(|_| LOOK);
        match self.reader.next(patience) {
            Next::Records(records, lost) => {
                if lost.total() > 0 {
                    let reason = "the collector was away or too slow";
                    let told = Record::of_loss(reason, lost, records.first());
                    self.first.push_back(Arc::new(told));
                }
                self.first.extend(records);
                Ok(())
            }
            Next::Flush => self.finish(),
            Next::Nothing => self.connection.as_ref().map_or(Ok(()), Connection::look),
        }
    }

    fn send(&mut self, record: Arc<Record>) -> io::Result<()> {
        let fresh = self.connection.is_none();
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(Connection::open(self.target)?),
        };
        let hostname = self.log.lock().hostname.clone();
        let message = record.for_syslog(&hostname, super::boot(), connection.limit());
        connection.send(&message)?;
        self.window.push(Instant::now(), message.len(), record);
        self.first.pop_front();
        if fresh {
            connection.wait_for_refusal()?;
        }
        self.say(State::Reached, |target| {
            format!("logs: lines go to {target}")
        });
        Ok(())
    }

    /// Wait until all has arrived, as far as the transport can tell. The next line makes a new connection.
    fn finish(&mut self) -> io::Result<()> {
        if let Some(connection) = &mut self.connection {
            connection.finish()?;
            self.connection = None;
            self.window = Window::new(self.target.transport);
        }
        Ok(())
    }

    fn wait_for_better_times(&mut self, cause: io::Error) {
        let lasted = self.connection.take().map(|connection| connection.age());
        let mut again = self.window.take(Instant::now());
        again.append(&mut self.first);
        self.first = again;
        if lasted.is_some_and(|lasted| lasted >= STEADY) {
            self.delay = FIRST_DELAY;
        }
        self.say(State::Away, |target| {
            format!("warning: logs: {target}: {cause}: lines are kept and sent later")
        });
        self.reader.pause(self.delay);
        self.delay = (self.delay * 2).min(LONGEST_DELAY);
    }

    /// Say it when it is news.
    fn say(&mut self, state: State, line: impl Fn(Target) -> String) {
        let severity = match state {
            State::Away => Severity::Warning,
            _ => Severity::Informational,
        };
        if self.state != state {
            self.log.say(severity, line(self.target));
            self.state = state;
        }
    }
}

/// What was sent and may not have arrived. For TCP, TCP_USER_TIMEOUT breaks a connection on which a byte was
/// not acknowledged for [`PATIENCE`], and the socket's buffer bounds how many there can be: what was sent
/// longer ago than the one, or more bytes ago than the other, has arrived. A refusal of datagrams is seen
/// with the next look.
struct Window {
    sent: VecDeque<(Instant, usize, Arc<Record>)>,
    bytes: usize,
    longest: Duration,
}

impl Window {
    fn new(transport: Transport) -> Window {
        Window {
            sent: VecDeque::new(),
            bytes: 0,
            longest: match transport {
                Transport::Udp => LOOK * 2,
                // the kernel's timer is not exact
                Transport::Tcp => PATIENCE * 2,
            },
        }
    }

    fn push(&mut self, now: Instant, bytes: usize, record: Arc<Record>) {
        self.sent.push_back((now, bytes, record));
        self.bytes += bytes;
        self.forget(now);
    }

    fn forget(&mut self, now: Instant) {
        while let Some((at, bytes, _)) = self.sent.front() {
            let arrived =
                self.bytes - bytes >= WINDOW || now.saturating_duration_since(*at) > self.longest;
            if !arrived {
                break;
            }
            self.bytes -= bytes;
            self.sent.pop_front();
        }
    }

    fn take(&mut self, now: Instant) -> VecDeque<Arc<Record>> {
        self.forget(now);
        self.bytes = 0;
        self.sent.drain(..).map(|(_, _, record)| record).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::Source;

    #[test]
    fn only_what_may_not_have_arrived_is_sent_again() {
        let mut window = Window::new(Transport::Tcp);
        let start = Instant::now();
        let record = |at| Arc::new(Record::new(Source::Init, Severity::Notice, at, b"x"));
        window.push(start, 100, record(0));
        let later = start + PATIENCE * 2 + LOOK;
        for at in 1..=100 {
            window.push(later, WINDOW / 10, record(at));
        }
        let again: Vec<_> = window.take(later).iter().map(|r| r.at).collect();
        assert_eq!(again, (90..=100).collect::<Vec<_>>());
        assert!(window.take(later).is_empty() && window.bytes == 0);
    }
}
