//! The log lines of init, the kernel and the programs: one record for each line, kept in a bounded ring, shown on every
//! console and sent to a collector.
//!
//! Whoever has something to log holds a [`Log`] and writes to it; that takes no longer than putting the
//! record into the ring. Consoles and collector are threads that read the ring, each at its own speed and
//! from the first record on: what was logged before there was a console or a network is not lost.
//!
//! The kernel prints its messages on the consoles itself, so they go to the collector only.

pub mod collector;
pub mod kmsg;
pub mod lines;
mod reader;
pub mod record;
pub mod ring;

use crate::Error;
use nix::time::{ClockId, clock_gettime};
use reader::{Next, Reader};
use record::Record;
pub use record::{Severity, Source};
use ring::{Backlog, Counts, Ring};
use std::collections::VecDeque;
use std::io::Read;
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// How much of the programs' output may wait for a console: about a second of a serial port at 115200 baud.
/// Init's lines are never further behind than that.
const CONSOLE_BACKLOG: u64 = 16 * 1024;
/// At the end, a reader that could not deliver its records gets no more than this time for one more attempt.
const LAST_TRY: Duration = Duration::from_millis(500);

/// Where lines are written to. Clones are the same log.
#[derive(Clone)]
pub struct Log(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    ring: Ring,
    readers: Vec<Registration>,
    next_id: u64,
    hostname: Arc<str>,
    /// Kernel messages that were overwritten before they could be read.
    overwritten: u64,
    /// Counts the calls of [`Log::flush`].
    flushes: u64,
    /// Counts the calls of [`Log::retry_now`].
    retries: u64,
}

/// A reader as the log knows it.
struct Registration {
    id: u64,
    name: String,
    reader: ring::Reader,
    /// The last flush that this reader has completed.
    flushed: u64,
    delivery: Delivery,
}

/// Whether a reader can deliver what it has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Delivery {
    /// It could not, and pauses.
    Failing,
    /// It is trying again after a pause.
    Retrying,
    Working,
}

/// The log's figures, for the status page.
#[derive(Debug, Clone)]
pub struct Statistics {
    /// Lines ever written.
    pub written: Counts,
    /// Bytes of the ring in use, of [`ring::BOUND`].
    pub bytes: usize,
    /// Kernel messages that were overwritten before init could read them.
    pub overwritten: u64,
    /// The consoles and the collector.
    pub readers: Vec<ReaderStatistics>,
}

#[derive(Debug, Clone)]
pub struct ReaderStatistics {
    pub name: String,
    /// Lines that still have to go there.
    pub waiting: u64,
    /// Lines that never got there, because the reader was stuck, away or too slow.
    pub lost: Counts,
}

impl Default for Log {
    fn default() -> Self {
        Log(Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
        }))
    }
}

impl Log {
    /// Write one line, without its end.
    pub fn write(&self, source: Source, severity: Severity, line: &[u8]) {
        self.push(Record::new(source, severity, since_boot(), line));
    }

    /// Write a line of init's own.
    pub fn report(&self, severity: Severity, line: impl std::fmt::Display) {
        self.write(Source::Init, severity, line.to_string().as_bytes());
    }

    /// Write a line of init's own about something that went as it should.
    pub fn info(&self, line: impl std::fmt::Display) {
        self.report(Severity::Informational, line);
    }

    /// Write a line of init's own about something that failed.
    pub fn warn(&self, error: Error) {
        self.report(Severity::Warning, format_args!("warning: {error}"));
    }

    /// The same for several failures.
    pub fn warn_all(&self, errors: impl IntoIterator<Item = Error>) {
        errors.into_iter().for_each(|error| self.warn(error));
    }

    /// The HOSTNAME of syslog messages from now on, including those that are waiting.
    pub fn set_hostname(&self, name: &str) {
        self.lock().hostname = name.into();
    }

    /// What a console has to show, as two functions. One waits for the next line, including its end, and puts it into the
    /// buffer; an empty line asks the console to drain its output. The other is to be called with the time to wait when a
    /// line could not be written, before it is tried again.
    pub fn for_console(
        &self,
        name: &str,
    ) -> (
        impl FnMut(&mut Vec<u8>) + Send + use<>,
        impl Fn(Duration) + Send + use<>,
    ) {
        let mut reader = Reader::new(
            self,
            name,
            Backlog {
                init: Some(u64::MAX),
                kernel: None,
                programs: Some(CONSOLE_BACKLOG),
            },
        );
        let reason = format!("{name} was stuck or too slow");
        let mut batch = VecDeque::new();
        let pause = reader.pause();
        let next = move |line: &mut Vec<u8>| {
            line.clear();
            if batch.is_empty() {
                if let Next::Records(records, lost) = reader.next(None) {
                    if lost.total() > 0 {
                        let notice = Record::of_loss(&reason, lost, records.first());
                        batch.push_back(Arc::new(notice));
                    }
                    batch.extend(records);
                }
            }
            if let Some(record) = batch.pop_front() {
                line.extend_from_slice(record.for_console().as_bytes());
            }
        };
        (next, pause)
    }

    /// Wait until every console and the collector have got everything that was written, but not longer than `patience`,
    /// and for those that can't be reached no longer than one more attempt takes. Returns whether all of them have.
    pub fn flush(&self, patience: Duration) -> bool {
        self.retry_now();
        let mut state = self.lock();
        state.flushes += 1;
        let flush = state.flushes;
        self.0.changed.notify_all();
        let last_try = patience.min(LAST_TRY);
        for (time, least) in [
            (last_try, Delivery::Retrying),
            (patience - last_try, Delivery::Working),
        ] {
            let waited = self.0.changed.wait_timeout_while(state, time, |state| {
                let is_awaited =
                    |reader: &Registration| reader.flushed < flush && reader.delivery >= least;
                state.readers.iter().any(is_awaited)
            });
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.readers.iter().all(|reader| reader.flushed >= flush)
    }

    /// The log was flushed: what can't be sent now never will be.
    fn is_ending(&self) -> bool {
        self.lock().flushes > 0
    }

    /// Have readers that are waiting to try again do so at once: the network has changed.
    pub fn retry_now(&self) {
        let state = &mut *self.lock();
        state.retries += 1;
        for reader in &mut state.readers {
            reader.delivery = reader.delivery.max(Delivery::Retrying);
        }
        self.0.changed.notify_all();
    }

    /// Sleep until the next attempt of a reader that could not deliver its records is due.
    fn pause(&self, id: u64, time: Duration) {
        let mut state = self.lock();
        state.set_delivery(id, Delivery::Failing);
        // nobody has to wait for it now
        self.0.changed.notify_all();
        self.sleep(state, time).set_delivery(id, Delivery::Retrying);
    }

    /// Until the time is over or [`Log::retry_now`] is called.
    fn sleep<'a>(&self, state: MutexGuard<'a, State>, time: Duration) -> MutexGuard<'a, State> {
        let retries = state.retries;
        let slept = self
            .0
            .changed
            .wait_timeout_while(state, time, |state| state.retries == retries);
        slept.unwrap_or_else(PoisonError::into_inner).0
    }

    pub fn statistics(&self) -> Statistics {
        let state = &mut *self.lock();
        Statistics {
            written: state.ring.written(),
            bytes: state.ring.bytes(),
            overwritten: state.overwritten,
            readers: state
                .readers
                .iter_mut()
                .map(|registration| ReaderStatistics {
                    name: registration.name.clone(),
                    waiting: state.ring.waiting(&mut registration.reader),
                    lost: registration.reader.lost,
                })
                .collect(),
        }
    }

    fn push(&self, record: Record) {
        let record = Arc::new(record);
        self.lock().ring.push(record);
        self.0.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // nothing is left half done where a panic is possible
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn set_delivery(&mut self, id: u64, delivery: Delivery) {
        if let Some(reader) = self.readers.iter_mut().find(|reader| reader.id == id) {
            reader.delivery = delivery;
        }
    }
}

/// Write what comes out of `pipe` into the log, line by line, until its end: the body of a thread for each stream of a
/// program. The stream ends when the last process that holds its other end has closed it. `look` gets to see each line.
pub fn forward(
    pipe: impl Read + AsFd,
    program: &str,
    severity: Severity,
    log: &Log,
    look: impl Fn(&[u8]),
) {
    let source = Source::Program(program);
    let write = |line: &[u8]| {
        log.write(source, severity, line);
        look(line);
    };
    if let Err(cause) = lines::follow(pipe, write) {
        log.warn(Error::new(format!("read the output of {program}"), cause));
    }
}

/// Write the kernel's messages into the log, from its first one on: the body of a thread. Returns only when they can't be
/// read.
pub fn follow_kernel(log: &Log) -> Error {
    let failed = |cause| {
        Error::new(format!("read {}", kmsg::PATH), cause)
            .advise("the kernel's messages will not reach the collector")
    };
    let kernel_log = match std::fs::File::open(kmsg::PATH) {
        Ok(file) => file,
        Err(cause) => return failed(cause),
    };
    failed(kmsg::follow(kernel_log, |event| match event {
        kmsg::Event::Message(message) => log.push(Record::of_kernel(
            message.priority,
            message.at,
            &message.text,
        )),
        kmsg::Event::Overwritten(count) => {
            log.lock().overwritten += count;
            let line = "kernel messages were overwritten before init could read them";
            log.report(Severity::Warning, format_args!("warning: {count} {line}"));
        }
    }))
}

/// Microseconds since boot, including time asleep.
fn since_boot() -> u64 {
    let now = clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Duration::ZERO, Duration::from);
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}

/// The time of boot in microseconds since 1970, by the real-time clock as it is now.
fn boot() -> i64 {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |now| i64::try_from(now.as_micros()).unwrap_or(0));
    now.saturating_sub_unsigned(since_boot())
}
