//! The lines go to a syslog collector: RFC 5424 messages in UDP datagrams (RFC 5426) or, each with its
//! length before it, on a TCP connection (RFC 6587, section 3.4.1).
//!
//! Neither transport shows what was read. Over TCP the kernel knows what was acknowledged, and how the
//! connection ended shows what that is worth: a collector that closes has read it, one that resets may have
//! left the last of it unread. What may not have arrived is sent again on the next connection: a line may come
//! twice, with the same timestamp, rather than not at all. Over UDP this works only where the collector's
//! machine refuses datagrams; what the network drops is lost.
//!
//! A connection is made when there is something to send. One that ends when everything has arrived, as collectors
//! end those that are idle, is not logged: a line about it would open the next connection.

mod connection;
mod target;
mod tiocoutq;
mod window;

use super::record::{Record, Severity};
use super::ring::Backlog;
use super::{Log, Next, Reader};
use connection::Connection;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
pub use target::{Target, Transport};
use window::{DOUBT, Window};

/// From one connection to the next, and after the first one that failed.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// How often an idle connection is checked: has the other side closed it?
const LOOK: Duration = Duration::from_secs(1);

/// Sends the log to a collector.
pub struct Sender {
    target: Target,
    log: Log,
    reader: Reader,
    connection: Option<Connection>,
    /// To be sent before anything else of the log.
    first: VecDeque<Arc<Record>>,
    window: Window,
    /// When the next connection may be made, and how long to wait after another one that fails.
    not_before: Instant,
    delay: Duration,
    /// Nobody has to wait until then: the next one is likely to fail, too.
    is_away: bool,
    /// Somebody is waiting for everything to arrive.
    finishing: bool,
    state: State,
}

/// What was logged last.
#[derive(PartialEq)]
enum State {
    New,
    Reached,
    Away,
}

impl Sender {
    /// Begins with the first line that the log still has. From now on [`Log::flush`] waits for the collector.
    pub fn new(target: Target, log: &Log) -> Sender {
        let everything = Backlog {
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
            window: Window::default(),
            not_before: Instant::now(),
            delay: FIRST_DELAY,
            is_away: false,
            finishing: false,
            state: State::New,
        }
    }

    /// Send forever: the body of a thread.
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
            self.disconnect(cause);
        }
    }

    fn take(&mut self) -> io::Result<()> {
        if self.finishing {
            return self.finish();
        }
        // without a connection there is nothing to check
        let patience = self.connection.as_ref().map(|_| LOOK);
        match self.reader.next(patience) {
            Next::Records(records, lost) => {
                if lost.total() > 0 {
                    let reason = "the collector was away or too slow";
                    let notice = Record::of_loss(reason, lost, records.first());
                    self.first.push_back(Arc::new(notice));
                }
                self.first.extend(records);
            }
            Next::Flush => self.finishing = true,
            Next::Nothing => self.check()?,
        }
        Ok(())
    }

    fn send(&mut self, record: Arc<Record>) -> io::Result<()> {
        let fresh = self.connection.is_none();
        if fresh {
            self.wait_for_turn();
            self.connection = Some(Connection::open(self.target)?);
        }
        // while it was idle it may have been closed
        self.check()?;
        let Some(connection) = &mut self.connection else {
            return Ok(());
        };
        let hostname = self.log.lock().hostname.clone();
        let message = record.for_syslog(&hostname, super::boot(), connection.limit());
        connection.send(&message)?;
        self.window.push(Instant::now(), connection.sent(), record);
        self.first.pop_front();
        if fresh {
            connection.wait_for_refusal()?;
        }
        Ok(())
    }

    /// Until the next connection may be made, or [`Log::retry_now`] is called.
    fn wait_for_turn(&self) {
        let pause = self.not_before.saturating_duration_since(Instant::now());
        match self.is_away {
            _ if pause.is_zero() => {}
            true => self.reader.pause()(pause),
            false => self.reader.rest(pause),
        }
    }

    /// What has arrived, and is the collector still there?
    fn check(&mut self) -> io::Result<()> {
        let Some(connection) = &self.connection else {
            return Ok(());
        };
        connection.check()?;
        let acknowledged = connection.acknowledged();
        self.window.forget(acknowledged, DOUBT, Instant::now());
        if self.window.has_arrived() {
            self.delay = FIRST_DELAY;
        }
        // one that takes lines and resets would otherwise be reported as back, away, back, away
        if self.window.has_arrived() || (self.state == State::New && acknowledged > 0) {
            self.report_reached();
        }
        Ok(())
    }

    /// Wait until everything has arrived, as far as the transport shows that. The next line opens a new connection.
    fn finish(&mut self) -> io::Result<()> {
        match &mut self.connection {
            Some(connection) => Err(connection.finish()),
            None => {
                self.finishing = false;
                Ok(())
            }
        }
    }

    /// The connection is over, or could not be made: what may not have arrived comes first on the next one.
    fn disconnect(&mut self, cause: io::Error) {
        let now = Instant::now();
        let mut window = std::mem::take(&mut self.window);
        self.not_before = now + self.delay;
        if let Some(connection) = self.connection.take() {
            let doubt = match connection::was_read(&cause) {
                true => Duration::ZERO,
                false => DOUBT,
            };
            window.forget(connection.acknowledged(), doubt, now);
            if window.has_arrived() {
                self.delay = FIRST_DELAY;
                self.not_before = connection.opened() + FIRST_DELAY;
            }
        }
        // a working collector may end a connection too, but not again and again
        self.is_away = !connection::was_there(&cause) || self.delay > FIRST_DELAY;
        if !window.has_arrived() {
            self.delay = (self.delay * 2).min(LONGEST_DELAY);
            if !self.log.is_ending() {
                self.report(State::Away, |target| {
                    format!("warning: logs: {target}: {cause}: lines are kept and sent later")
                });
            }
        } else if !self.finishing {
            self.report_reached();
        }
        let mut again: VecDeque<_> = window.into_records().collect();
        again.append(&mut self.first);
        self.first = again;
    }

    fn report_reached(&mut self) {
        self.report(State::Reached, |target| {
            format!("logs: lines go to {target}")
        });
    }

    /// Log a line if the state has changed.
    fn report(&mut self, state: State, line: impl Fn(Target) -> String) {
        let severity = match state {
            State::Away => Severity::Warning,
            _ => Severity::Informational,
        };
        if self.state != state {
            self.log.report(severity, line(self.target));
            self.state = state;
        }
    }
}
