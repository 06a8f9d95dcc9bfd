//! The records that are kept, in bounded memory, for readers of different speeds. Pure.
//!
//! Every console and the collector is a reader with its own position in the same ring: one that is slow or away
//! costs no memory of its own and holds up nobody. A reader that fell behind what is kept goes on with the
//! oldest record there is and learns how many it lost. So for every reader and at any time
//! `taken + lost + waiting = written`.

use super::record::{Lane, Record};
use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

/// Bytes that the whole ring may hold, including bookkeeping.
pub const BOUND: usize = 1 << 20;
/// A share for each lane: programs may flood theirs without pushing out anything of init's or the kernel's.
const SHARES: [usize; 3] = [BOUND / 8, BOUND / 4, BOUND / 8 * 5];
/// How many bytes a reader takes at a time, and holds outside the ring.
const BATCH: usize = 16 * 1024;
/// What a record needs besides its name and text: itself and its counters, a slot in the queue (which
/// doubles as it grows), three headers of the allocator.
const OVERHEAD: usize = size_of::<Record>() + 2 * size_of::<usize>() + 2 * size_of::<Entry>() + 48;

/// Numbers of records, by lane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub init: u64,
    pub kernel: u64,
    pub programs: u64,
}

impl Counts {
    pub fn total(&self) -> u64 {
        self.init + self.kernel + self.programs
    }

    pub fn of(&mut self, lane: Lane) -> &mut u64 {
        match lane {
            Lane::Init => &mut self.init,
            Lane::Kernel => &mut self.kernel,
            Lane::Programs => &mut self.programs,
        }
    }
}

/// `12 lines (init 0, kernel 2, programs 10)`
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Counts {
            init,
            kernel,
            programs,
        } = self;
        let total = self.total();
        write!(
            f,
            "{total} lines (init {init}, kernel {kernel}, programs {programs})"
        )
    }
}

/// How many bytes of each lane may wait for a reader before it skips the older half; `None`: the reader does
/// not want this lane at all.
#[derive(Debug, Clone, Copy)]
pub struct Backlog {
    pub init: Option<u64>,
    pub kernel: Option<u64>,
    pub programs: Option<u64>,
}

impl Backlog {
    fn of(&self, lane: Lane) -> Option<u64> {
        match lane {
            Lane::Init => self.init,
            Lane::Kernel => self.kernel,
            Lane::Programs => self.programs,
        }
    }
}

struct Entry {
    /// Orders the records of all lanes.
    sequence: u64,
    /// Bytes that were written to the lane up to the end of this record.
    end: u64,
    record: Arc<Record>,
}

/// The records of one lane.
struct Queue {
    lane: Lane,
    share: usize,
    entries: VecDeque<Entry>,
    /// How many records were dropped, which is also the number of the first one that is kept.
    dropped: u64,
    /// Bytes of the records that are kept.
    kept: usize,
    /// Bytes ever written.
    end: u64,
}

/// One reader's position.
#[derive(Debug, Clone)]
pub struct Reader {
    backlog: Backlog,
    /// The number of the next record, by lane.
    next: Counts,
    /// All records that were gone before this reader came to them.
    pub lost: Counts,
    /// Those of them that [`Ring::next`] has reported.
    reported: Counts,
}

pub struct Ring {
    queues: [Queue; 3],
    sequence: u64,
}

impl Default for Ring {
    fn default() -> Self {
        Ring::new(SHARES)
    }
}

impl Ring {
    fn new(shares: [usize; 3]) -> Ring {
        let [init, kernel, programs] = shares;
        Ring {
            queues: [
                Queue::new(Lane::Init, init),
                Queue::new(Lane::Kernel, kernel),
                Queue::new(Lane::Programs, programs),
            ],
            sequence: 0,
        }
    }

    pub fn push(&mut self, record: Arc<Record>) {
        let sequence = self.sequence;
        self.sequence += 1;
        for queue in &mut self.queues {
            if queue.lane == record.lane {
                return queue.push(sequence, record);
            }
        }
    }

    /// A reader that begins with the first record ever written, if it is still here.
    pub fn reader(backlog: Backlog) -> Reader {
        Reader {
            backlog,
            next: Counts::default(),
            lost: Counts::default(),
            reported: Counts::default(),
        }
    }

    /// The next records for `reader` in the order in which they were written, [`BATCH`] bytes or one
    /// record more, and how many were lost before the first of them. `None`: there are none.
    ///
    /// More than one, so that a reader much slower than a flood gets consecutive lines of it, not every hundredth
    /// line.
    pub fn next(&self, reader: &mut Reader) -> Option<(Vec<Arc<Record>>, Counts)> {
        for queue in &self.queues {
            queue.catch_up(reader);
        }
        let (mut records, mut bytes) = (vec![], 0);
        while bytes < BATCH {
            let Some(record) = self.oldest(reader) else {
                break;
            };
            *reader.next.of(record.lane) += 1;
            bytes += cost(record);
            records.push(record.clone());
        }
        if records.is_empty() {
            return None;
        }
        let lost = Counts {
            init: reader.lost.init - reader.reported.init,
            kernel: reader.lost.kernel - reader.reported.kernel,
            programs: reader.lost.programs - reader.reported.programs,
        };
        reader.reported = reader.lost;
        Some((records, lost))
    }

    fn oldest(&self, reader: &mut Reader) -> Option<&Arc<Record>> {
        self.queues
            .iter()
            .filter_map(|queue| queue.next(reader))
            .min_by_key(|entry| entry.sequence)
            .map(|entry| &entry.record)
    }

    /// How many records are waiting for `reader`; what it has lost by now is counted first.
    pub fn waiting(&self, reader: &mut Reader) -> u64 {
        let mut waiting = 0;
        for queue in &self.queues {
            queue.catch_up(reader);
            if reader.backlog.of(queue.lane).is_some() {
                waiting += queue.written() - *reader.next.of(queue.lane);
            }
        }
        waiting
    }

    /// Bytes in use, never more than [`BOUND`].
    pub fn bytes(&self) -> usize {
        self.queues.iter().map(|queue| queue.kept).sum()
    }

    /// Records ever written.
    pub fn written(&self) -> Counts {
        let mut written = Counts::default();
        for queue in &self.queues {
            *written.of(queue.lane) = queue.written();
        }
        written
    }
}

impl Queue {
    fn new(lane: Lane, share: usize) -> Queue {
        Queue {
            lane,
            share,
            entries: VecDeque::new(),
            dropped: 0,
            kept: 0,
            end: 0,
        }
    }

    fn written(&self) -> u64 {
        self.dropped + self.entries.len() as u64
    }

    fn push(&mut self, sequence: u64, record: Arc<Record>) {
        let bytes = cost(&record);
        self.kept += bytes;
        self.end += bytes as u64;
        self.entries.push_back(Entry {
            sequence,
            end: self.end,
            record,
        });
        if self.kept > self.share {
            // Many at once: a reader that is overtaken all the time then loses consecutive lines, not
            // every other line.
            while self.kept > self.share / 8 * 7 {
                let Some(oldest) = self.entries.pop_front() else {
                    break;
                };
                self.kept -= cost(&oldest.record);
                self.dropped += 1;
            }
        }
    }

    fn next(&self, reader: &mut Reader) -> Option<&Entry> {
        reader.backlog.of(self.lane)?;
        self.entry(*reader.next.of(self.lane))
    }

    fn entry(&self, number: u64) -> Option<&Entry> {
        let index = number.checked_sub(self.dropped)?;
        self.entries.get(usize::try_from(index).ok()?)
    }

    /// Move `reader` past the records that are gone, and past those that are too old for it.
    fn catch_up(&self, reader: &mut Reader) {
        let Some(limit) = reader.backlog.of(self.lane) else {
            return;
        };
        let mut next = (*reader.next.of(self.lane)).max(self.dropped);
        let waits = |number| {
            self.entry(number)
                .map_or(0, |entry| self.end - entry.end + cost(&entry.record) as u64)
        };
        if waits(next) > limit {
            while waits(next) > limit / 2 {
                next += 1;
            }
        }
        *reader.lost.of(self.lane) += next - *reader.next.of(self.lane);
        *reader.next.of(self.lane) = next;
    }
}

fn cost(record: &Record) -> usize {
    OVERHEAD + record.name.len() + record.text.len()
}

#[cfg(test)]
mod tests {
    use super::super::record::{Severity, Source};
    use super::*;
    use proptest::prelude::*;

    const EVERYTHING: Backlog = Backlog {
        init: Some(u64::MAX),
        kernel: Some(u64::MAX),
        programs: Some(u64::MAX),
    };

    fn record(lane: Lane, number: u64, length: usize) -> Arc<Record> {
        let text = vec![b'x'; length];
        Arc::new(match lane {
            Lane::Init => Record::new(Source::Init, Severity::Notice, number, &text),
            Lane::Kernel => Record::of_kernel(6, number, &text),
            Lane::Programs => Record::new(Source::Program("p"), Severity::Notice, number, &text),
        })
    }

    #[test]
    fn a_reader_that_comes_late_still_gets_the_first_line() {
        let mut ring = Ring::default();
        ring.push(record(Lane::Kernel, 1, 10));
        ring.push(record(Lane::Init, 2, 10));
        ring.push(record(Lane::Programs, 3, 10));
        let mut reader = Ring::reader(EVERYTHING);
        let mut order = vec![];
        while let Some((records, lost)) = ring.next(&mut reader) {
            assert_eq!(lost, Counts::default());
            order.extend(records.iter().map(|record| record.at));
        }
        assert_eq!(order, [1, 2, 3]);
    }

    #[test]
    fn a_program_that_floods_the_log_pushes_out_only_its_own_lines() {
        let mut ring = Ring::default();
        ring.push(record(Lane::Init, 0, 100));
        ring.push(record(Lane::Kernel, 1, 100));
        for number in 2..100_000 {
            ring.push(record(Lane::Programs, number, 100));
        }
        let mut reader = Ring::reader(EVERYTHING);
        let (records, lost) = ring.next(&mut reader).unwrap();
        assert_eq!(
            (records[0].lane, records[1].lane),
            (Lane::Init, Lane::Kernel)
        );
        assert_eq!(lost.programs, records[2].at - 2);
        assert_eq!(records[3].at, records[2].at + 1);
        assert_eq!((reader.lost.init, reader.lost.kernel), (0, 0));
    }

    #[test]
    fn a_slow_console_shows_consecutive_lines_of_a_flood_and_reports_what_is_missing() {
        let mut ring = Ring::default();
        let backlog = Backlog {
            kernel: None,
            programs: Some(16 * 1024),
            ..EVERYTHING
        };
        let mut reader = Ring::reader(backlog);
        let (mut gaps, mut shown) = (0, 0);
        for number in 0..100_000 {
            ring.push(record(Lane::Programs, number, 50));
            if number % 1000 == 0 {
                let (records, lost) = ring.next(&mut reader).unwrap();
                shown += records.len() as u64;
                gaps += u64::from(lost.total() > 0);
            }
        }
        let waiting = ring.waiting(&mut reader);
        assert_eq!(shown + reader.lost.programs + waiting, 100_000);
        assert!(gaps < shown / 10, "{gaps} gaps in {shown} lines");
    }

    fn lane() -> impl Strategy<Value = Lane> {
        prop::sample::select(Lane::ALL.to_vec())
    }

    /// Lanes and lengths of what is written, and how much each of two readers takes after it.
    fn writes() -> impl Strategy<Value = Vec<(Lane, usize, usize, usize)>> {
        prop::collection::vec((lane(), 0usize..3000, 0usize..3, 0usize..2), 0..400)
    }

    proptest! {
        #[test]
        fn every_record_is_taken_or_lost_or_waiting_and_the_bound_is_kept(writes in writes()) {
            let mut ring = Ring::new([20_000, 30_000, 40_000]);
            let console = Backlog { kernel: None, programs: Some(8000), ..EVERYTHING };
            let mut readers = [EVERYTHING, console].map(|backlog| (Ring::reader(backlog), 0, 0));
            let mut sequence = 0;
            for (lane, length, first, second) in writes {
                ring.push(record(lane, sequence, length));
                sequence += 1;
                prop_assert!(ring.bytes() <= 90_000);
                for ((reader, taken, reported), takes) in readers.iter_mut().zip([first, second]) {
                    let mut last = None;
                    for _ in 0..takes {
                        let Some((records, lost)) = ring.next(reader) else { break };
                        *reported += lost.total();
                        for record in records {
                            *taken += 1;
                            // in the order in which they were written
                            prop_assert!(last < Some(record.at));
                            last = Some(record.at);
                        }
                    }
                    let mut written = ring.written();
                    if reader.backlog.kernel.is_none() {
                        written.kernel = 0;
                    }
                    let waiting = ring.waiting(reader);
                    prop_assert_eq!(*taken + reader.lost.total() + waiting, written.total());
                    let mut later = reader.clone();
                    let mut rest = 0;
                    while let Some((records, _)) = ring.next(&mut later) {
                        rest += records.len() as u64;
                    }
                    prop_assert_eq!((rest, later.lost), (waiting, reader.lost));
                }
            }
            for (reader, _, reported) in &mut readers {
                while let Some((_, lost)) = ring.next(reader) {
                    *reported += lost.total();
                }
                prop_assert!(reader.lost.total() == *reported || reader.lost != reader.reported);
            }
            prop_assert_eq!(ring.written().total(), sequence);
        }
    }
}
