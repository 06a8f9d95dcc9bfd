//! The lines go to a syslog collector: RFC 5424 messages in UDP datagrams (RFC 5426) or, each with its
//! length before it, on a TCP connection (RFC 6587, section 3.4.1).
//!
//! Neither transport tells what was read. Over TCP the kernel knows what was acknowledged, and how the
//! connection ended tells what that is worth: a collector that closes has read it, one that resets may have
//! left the last of it unread. What may not have arrived is sent again on the next connection: a line may come
//! twice, with the same time stamp, rather than not at all. Over UDP this works only where the collector's
//! machine refuses datagrams; what the network drops is lost.
//!
//! A connection is made when there is something to send. One that ends when all has arrived, as collectors
//! end those on which nothing is said, is no event and not told: a line about it would make the next.

mod connection;
mod siocoutq;
mod target;
mod window;

use super::record::{Record, Severity};
use super::ring::Wants;
use super::{Log, Next, Reader};
use connection::Connection;
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
pub use target::{Target, Transport};
use window::{DOUBT, Window};

/// From one connection to the next, and after the first that was in vain.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// How often an idle connection is looked at: has the other side closed it?
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
    /// When the next connection may be made, and how long that is put off after another one in vain.
    not_before: Instant,
    delay: Duration,
    /// Nobody has to wait until then: the next one is likely to be in vain, too.
    is_away: bool,
    /// Somebody waits until all has arrived.
    finishing: bool,
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
            window: Window::default(),
            not_before: Instant::now(),
            delay: FIRST_DELAY,
            is_away: false,
            finishing: false,
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
            self.disconnect(cause);
        }
    }

    fn take(&mut self) -> io::Result<()> {
        if self.finishing {
            return self.finish();
        }
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
            }
            Next::Flush => self.finishing = true,
            Next::Nothing => self.look()?,
        }
        Ok(())
    }

    fn send(&mut self, record: Arc<Record>) -> io::Result<()> {
        let fresh = self.connection.is_none();
        if fresh {
            self.wait_for_turn();
            self.connection = Some(Connection::open(self.target)?);
        }
        // while nothing was said it may have been closed
        self.look()?;
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

    /// Until the next connection may be made, or somebody is in a hurry.
    fn wait_for_turn(&self) {
        let pause = self.not_before.saturating_duration_since(Instant::now());
        match self.is_away {
            _ if pause.is_zero() => {}
            true => self.reader.pause()(pause),
            false => self.reader.rest(pause),
        }
    }

    /// What has arrived, and is the collector still there?
    fn look(&mut self) -> io::Result<()> {
        let Some(connection) = &self.connection else {
            return Ok(());
        };
        connection.look()?;
        let acknowledged = connection.acknowledged();
        self.window.forget(acknowledged, DOUBT, Instant::now());
        if self.window.has_arrived() {
            self.delay = FIRST_DELAY;
        }
        // one that takes lines and resets would otherwise be back and away, back and away
        if self.window.has_arrived() || (self.state == State::New && acknowledged > 0) {
            self.say_reached();
        }
        Ok(())
    }

    /// Wait until all has arrived, as far as the transport can tell. The next line makes a new connection.
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
        // one that is there may end a connection as well, but not again and again
        self.is_away = !connection::was_there(&cause) || self.delay > FIRST_DELAY;
        if !window.has_arrived() {
            self.delay = (self.delay * 2).min(LONGEST_DELAY);
            if !self.log.is_ending() {
                self.say(State::Away, |target| {
                    format!("warning: logs: {target}: {cause}: lines are kept and sent later")
                });
            }
        } else if !self.finishing {
            self.say_reached();
        }
        let mut again: VecDeque<_> = window.into_records().collect();
        again.append(&mut self.first);
        self.first = again;
    }

    fn say_reached(&mut self) {
        self.say(State::Reached, |target| {
            format!("logs: lines go to {target}")
        });
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
