//! What init, the kernel and the programs have to say: one record for each line, kept in a bounded ring,
//! shown on every console and sent to a collector.
//!
//! Whoever has something to say holds a [`Log`] and writes to it; that takes no longer than putting the
//! record into the ring. Consoles and collector are threads that read the ring, each at its own speed and
//! from the first record on: what was said before there was a console or a network is not lost.
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
use ring::{Counts, Ring, Wants};
use std::collections::VecDeque;
use std::io::Read;
use std::os::fd::AsFd;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// So much of the programs' output may wait for a console: about a second of a serial port at 115200 baud.
/// Init's lines are never more than that behind.
const CONSOLE_BACKLOG: u64 = 16 * 1024;
/// A reader that could not deliver what it had is waited for no longer than this at the end, while it tries once more.
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
    readers: Vec<Seat>,
    seats: u64,
    hostname: Arc<str>,
    /// Kernel messages that were overwritten before they could be read.
    overwritten: u64,
    /// Counts the calls of [`Log::flush`].
    flushes: u64,
    /// Counts the calls of [`Log::hurry`].
    hurries: u64,
}

/// A reader as the log knows it.
struct Seat {
    id: u64,
    name: String,
    reader: ring::Reader,
    /// The last flush that is done here.
    flushed: u64,
    reach: Reach,
}

/// Whether a reader can deliver what it has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// It could not, and pauses.
    Away,
    /// After a pause it tries again.
    Trying,
    Present,
}

/// What is to be known about the log from outside.
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
    /// Lines that never got there, because it was stuck, away or too slow.
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
    pub fn say(&self, severity: Severity, line: impl std::fmt::Display) {
        self.write(Source::Init, severity, line.to_string().as_bytes());
    }

    /// The HOSTNAME of syslog messages from now on, those that wait included.
    pub fn set_hostname(&self, name: &str) {
        self.lock().hostname = name.into();
    }

    /// What a console has to show, as two functions. One waits for the next line, its end included, and puts
    /// it into the buffer; an empty line asks to wait until all that was written is out. The other is to be called with
    /// a time to wait when a line could not be written, before it is tried again.
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
            Wants {
                init: Some(u64::MAX),
                kernel: None,
                programs: Some(CONSOLE_BACKLOG),
            },
        );
        let reason = format!("{name} was stuck or too slow");
        let mut stretch = VecDeque::new();
        let pause = reader.pause();
        let next = move |line: &mut Vec<u8>| {
            line.clear();
            if stretch.is_empty() {
                if let Next::Records(records, lost) = reader.next(None) {
                    if lost.total() > 0 {
                        let told = Record::of_loss(&reason, lost, records.first());
                        stretch.push_back(Arc::new(told));
                    }
                    stretch.extend(records);
                }
            }
            if let Some(record) = stretch.pop_front() {
                line.extend_from_slice(record.for_console().as_bytes());
            }
        };
        (next, pause)
    }

    /// Wait until every console and the collector have got all that was written, but not longer than
    /// `patience`, and for those that can't be reached no longer than for one more try. Whether all have.
    pub fn flush(&self, patience: Duration) -> bool {
        self.hurry();
        let mut state = self.lock();
        state.flushes += 1;
        let flush = state.flushes;
        self.0.changed.notify_all();
        let last_try = patience.min(LAST_TRY);
        for (time, least) in [
            (last_try, Reach::Trying),
            (patience - last_try, Reach::Present),
        ] {
            let waited = self.0.changed.wait_timeout_while(state, time, |state| {
                let is_waited_for = |seat: &Seat| seat.flushed < flush && seat.reach >= least;
                state.readers.iter().any(is_waited_for)
            });
            (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        state.readers.iter().all(|seat| seat.flushed >= flush)
    }

    /// It was flushed: what can't be sent now never will be.
    fn is_ending(&self) -> bool {
        self.lock().flushes > 0
    }

    /// Try again at once what is waiting to be tried again: the network has changed.
    pub fn hurry(&self) {
        let state = &mut *self.lock();
        state.hurries += 1;
        for seat in &mut state.readers {
            seat.reach = seat.reach.max(Reach::Trying);
        }
        self.0.changed.notify_all();
    }

    /// Sleep, unless somebody is in a hurry, as a reader that could not deliver what it had.
    fn pause(&self, id: u64, time: Duration) {
        let mut state = self.lock();
        state.set_reach(id, Reach::Away);
        // whoever waits for it need not
        self.0.changed.notify_all();
        self.sleep(state, time).set_reach(id, Reach::Trying);
    }

    /// Until the time is over or somebody is in a hurry.
    fn sleep<'a>(&self, state: MutexGuard<'a, State>, time: Duration) -> MutexGuard<'a, State> {
        let hurries = state.hurries;
        let slept = self
            .0
            .changed
            .wait_timeout_while(state, time, |state| state.hurries == hurries);
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
                .map(|seat| ReaderStatistics {
                    name: seat.name.clone(),
                    waiting: state.ring.waiting(&mut seat.reader),
                    lost: seat.reader.lost,
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
        // nothing is left half done where it could panic
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn set_reach(&mut self, id: u64, reach: Reach) {
        if let Some(seat) = self.readers.iter_mut().find(|seat| seat.id == id) {
            seat.reach = reach;
        }
    }
}

/// Write what comes out of `pipe`, line by line, until its end: the body of a thread for each stream of a
/// program. The stream ends when the last process that holds its other end has closed it.
pub fn forward(pipe: impl Read + AsFd, program: &str, severity: Severity, log: &Log) {
    let source = Source::Program(program);
    if let Err(cause) = lines::follow(pipe, |line| log.write(source, severity, line)) {
        let error = Error::new(format!("read the output of {program}"), cause);
        log.say(Severity::Warning, format_args!("warning: {error}"));
    }
}

/// Write what the kernel logs, from its first message on: the body of a thread. Returns only when that
/// can't be read.
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
            let told = "messages of the kernel were overwritten before init could read them";
            log.say(Severity::Warning, format_args!("warning: {count} {told}"));
        }
    }))
}

/// Microseconds since boot, sleep included.
fn since_boot() -> u64 {
    let now = clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Duration::ZERO, Duration::from);
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}

/// The moment of boot in microseconds since 1970, by what the real-time clock says now.
fn boot() -> i64 {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |now| i64::try_from(now.as_micros()).unwrap_or(0));
    now.saturating_sub_unsigned(since_boot())
}
