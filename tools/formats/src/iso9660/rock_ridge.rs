//! Rock Ridge (IEEE P1282): entries behind a record's name with what ISO 9660 has no place for, of which readers need
//! the name alone. What finds no room in the record continues elsewhere.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::iso9660::sector::{SECTOR, offset};
use crate::layout::{Field, layout, slice};
use crate::limits;

layout! {
    /// What each entry begins with.
    head {
        SIGNATURE = 0..2, Bytes, "signature of a Rock Ridge entry";
        LENGTH = 2..3, Bytes, "length of a Rock Ridge entry";
        VERSION = 3..4, Bytes, "version of a Rock Ridge entry";
    }
}

layout! {
    /// Permissions and owners.
    posix {
        MODE = 4..12, Mode, "Rock Ridge mode";
        LINKS = 12..20, Both, "Rock Ridge number of links";
        USER = 20..28, Both, "Rock Ridge user";
        GROUP = 28..36, Both, "Rock Ridge group";
        INODE = 36..44, Both, "Rock Ridge inode";
    }
}

layout! {
    dates {
        KINDS = 4..5, Bytes, "Rock Ridge kinds of dates";
        FIRST = 5..12, Date, "Rock Ridge date";
        SECOND = 12..19, Date, "second Rock Ridge date";
        THIRD = 19..26, Date, "third Rock Ridge date";
        OTHERS = 26..256, Bytes, "further Rock Ridge dates";
    }
}

layout! {
    name {
        FLAGS = 4..5, Bytes, "flags of the Rock Ridge name";
        NAME = 5..256, Bytes, "Rock Ridge name";
    }
}

layout! {
    /// Where the entries continue.
    continuation {
        SECTOR = 4..12, Both, "sector where Rock Ridge's entries continue";
        OFFSET = 12..20, Both, "offset where they continue";
        SIZE = 20..28, Both, "size of what continues there";
    }
}

layout! {
    /// In the first record of the root directory: there are entries at all.
    mark {
        MARK = 4..7, Bytes, "Rock Ridge's own mark";
    }
}

layout! {
    /// What the entries are called.
    reference {
        IDENTIFIER_LENGTH = 4..5, Bytes, "length of Rock Ridge's name";
        DESCRIPTION_LENGTH = 5..6, Bytes, "length of Rock Ridge's description";
        SOURCE_LENGTH = 6..7, Bytes, "length of Rock Ridge's source";
        VERSION = 7..8, Bytes, "Rock Ridge's version";
        TEXTS = 8..256, Bytes, "Rock Ridge's name for itself";
    }
}

pub const POSIX: &[u8; 2] = b"PX";
pub const DATES: &[u8; 2] = b"TF";
pub const NAME: &[u8; 2] = b"NM";
pub const CONTINUATION: &[u8; 2] = b"CE";
pub const MARK: &[u8; 2] = b"SP";
pub const REFERENCE: &[u8; 2] = b"ER";

/// The entries whose fields are known; a field of 256 bytes goes to the entry's end.
const ENTRIES: [(&[u8; 2], &[Field]); 6] = [
    (POSIX, posix::FIELDS),
    (DATES, dates::FIELDS),
    (NAME, name::FIELDS),
    (CONTINUATION, continuation::FIELDS),
    (MARK, mark::FIELDS),
    (REFERENCE, reference::FIELDS),
];

#[derive(Clone, Debug)]
pub struct Entry {
    pub signature: [u8; 2],
    pub range: Range<usize>,
}

impl Entry {
    /// The fields behind its head, some of which may be beyond its end.
    pub fn fields(&self) -> &'static [Field] {
        let known = ENTRIES
            .iter()
            .find(|(signature, _)| **signature == self.signature);
        known.map_or(&[], |(_, fields)| fields)
    }
}

/// The entries in a range of `bytes`, one after the other, up to the first one that is malformed.
pub fn entries(bytes: &[u8], area: Range<usize>) -> impl Iterator<Item = Result<Entry>> {
    let mut at = area.start;
    std::iter::from_fn(move || {
        // what is left of fewer bytes than a head has is padding
        if at + head::END > area.end {
            return None;
        }
        let entry = entry(bytes, at, area.end).transpose();
        at = match &entry {
            Some(Ok(entry)) => entry.range.end,
            _ => area.end,
        };
        entry
    })
}

fn entry(bytes: &[u8], at: usize, end: usize) -> Result<Option<Entry>> {
    let signature = head::SIGNATURE.bytes(bytes, at)?;
    let length = head::LENGTH.number(bytes, at)?;
    if signature[0] == 0 {
        return Ok(None);
    }
    let range = at..at + length;
    if length < head::END || range.end > end {
        return Err(Error::new(
            at,
            "a Rock Ridge entry that does not fit in itself",
        ));
    }
    slice(bytes, at, length, "a Rock Ridge entry")?;
    Ok(Some(Entry {
        signature: [signature[0], signature[1]],
        range,
    }))
}

/// The name in `record`, a record's space for the system, and wherever that continues. The places where it does are
/// added to `continuations`.
pub fn name_in(
    bytes: &[u8],
    record: Range<usize>,
    continuations: &mut Vec<Range<usize>>,
) -> Result<Option<Vec<u8>>> {
    let mut name: Option<Vec<u8>> = None;
    let mut area = record;
    for _ in 0..limits::CONTINUATIONS {
        let mut next = None;
        for entry in entries(bytes, area.clone()) {
            let entry = entry?;
            match &entry.signature {
                NAME => {
                    let start = (entry.range.start + name::NAME.start).min(entry.range.end);
                    name.get_or_insert_default()
                        .extend(&bytes[start..entry.range.end]);
                }
                CONTINUATION => next = Some(continued(bytes, entry.range.start)?),
                _ => (),
            }
        }
        let Some(range) = next else {
            return Ok(name);
        };
        if !continuations.contains(&range) {
            if continuations.len() == limits::ALL_CONTINUATIONS {
                return Err(Error::new(range.start, "too many Rock Ridge continuations"));
            }
            continuations.push(range.clone());
        }
        area = range;
    }
    Err(Error::new(
        area.start,
        "Rock Ridge entries that continue without end: a loop",
    ))
}

/// Where the entry at `at` says that the entries continue.
fn continued(bytes: &[u8], at: usize) -> Result<Range<usize>> {
    let sector = continuation::SECTOR.number(bytes, at)?;
    let within = continuation::OFFSET.number(bytes, at)?;
    let length = continuation::SIZE.number(bytes, at)?;
    let start = offset(sector).saturating_add(within);
    if length > SECTOR {
        return Err(Error::new(
            at,
            "a Rock Ridge continuation of more than a sector",
        ));
    }
    slice(bytes, start, length, "a Rock Ridge continuation")?;
    Ok(start..start + length)
}

/// An entry of `length` bytes, zero but for its head.
///
/// # Panics
/// It is longer than an entry can be.
pub fn write(signature: &[u8; 2], length: usize) -> Vec<u8> {
    let mut entry = vec![0; length];
    head::SIGNATURE.put(&mut entry, signature);
    head::LENGTH.put_number(&mut entry, length);
    head::VERSION.put_number(&mut entry, 1);
    entry
}
