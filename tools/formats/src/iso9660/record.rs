//! A directory's record of one file or directory.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::iso9660::sector::{SECTOR, offset};
use crate::layout::{layout, slice};

layout! {
    /// What a record begins with; the file's identifier follows, and Rock Ridge's entries.
    fields {
        LENGTH = 0..1, Bytes, "record length";
        EXTENDED_ATTRIBUTES = 1..2, Bytes, "extended attributes";
        SECTOR = 2..10, Both, "sector";
        SIZE = 10..18, Both, "size";
        DATE = 18..25, Date, "date";
        FLAGS = 25..26, Bytes, "flags";
        UNIT_SIZE = 26..27, Bytes, "unit size";
        GAP_SIZE = 27..28, Bytes, "gap size";
        VOLUME = 28..32, Both, "volume number";
        NAME_LENGTH = 32..33, Bytes, "name length";
    }
}

pub const IS_DIRECTORY: usize = 1 << 1;
/// More records follow, for more of the file.
const CONTINUES: usize = 1 << 7;

/// The identifiers of a directory's first two records.
pub const SELF: &[u8] = &[0];
pub const PARENT: &[u8] = &[1];

#[derive(Clone, Debug)]
pub struct Record {
    pub range: Range<usize>,
    pub identifier: Range<usize>,
    /// Where Rock Ridge's entries are.
    pub system_use: Range<usize>,
    pub is_directory: bool,
    /// Its contents are in one piece, without extended attributes.
    pub is_plain: bool,
}

impl Record {
    /// The record at `at`, which may go no further than `end`; none where there are no more of them in a sector.
    pub fn parse(bytes: &[u8], at: usize, end: usize) -> Result<Option<Record>> {
        let length = fields::LENGTH.number(bytes, at)?;
        if length == 0 {
            return Ok(None);
        }
        let range = at..at + length;
        let name_at = at + fields::END;
        let name_end = name_at + fields::NAME_LENGTH.number(bytes, at)?;
        let fits = range.end <= end && name_end <= range.end;
        if !fits || name_end == name_at {
            return Err(Error::new(at, "a record that does not fit in itself"));
        }
        slice(bytes, at, length, "a record")?;
        let flags = fields::FLAGS.number(bytes, at)?;
        let attributes = fields::EXTENDED_ATTRIBUTES.number(bytes, at)?;
        // a name of even length is followed by a byte that pads it
        let system_use = name_end + (name_end - name_at + 1) % 2;
        Ok(Some(Record {
            identifier: name_at..name_end,
            system_use: system_use..range.end.max(system_use),
            range,
            is_directory: flags & IS_DIRECTORY != 0,
            is_plain: flags & CONTINUES == 0 && attributes == 0,
        }))
    }
}

/// Where records go on that found no room in the sector of `at`.
pub fn next_sector(at: usize) -> usize {
    (at / SECTOR + 1) * SECTOR
}

/// Where the contents are of what the record at `at` is about.
pub fn extent(bytes: &[u8], at: usize, what: &str) -> Result<Range<usize>> {
    let of_what = |error: Error| Error::new(error.at, format!("{what}'s {}", error.message));
    let start = offset(fields::SECTOR.number(bytes, at).map_err(of_what)?);
    let length = fields::SIZE.number(bytes, at).map_err(of_what)?;
    let end = start.saturating_add(length);
    if end > bytes.len() {
        return Err(Error::new(
            at + fields::SECTOR.start,
            format!(
                "{what} would be at {start:#x}–{end:#x}, beyond the end at {:#x}",
                bytes.len()
            ),
        ));
    }
    Ok(start..end)
}

/// `FILE.TXT;1` as people write it.
pub fn plain_name(identifier: &[u8]) -> &[u8] {
    let name = identifier.split(|byte| *byte == b';').next();
    let name = name.unwrap_or_default();
    name.strip_suffix(b".").unwrap_or(name)
}

/// A record of what lies at `sector` and has `size` bytes.
///
/// # Panics
/// It is longer than a record can be.
pub fn write(
    sector: usize,
    size: usize,
    date: &[u8; 7],
    flags: usize,
    identifier: &[u8],
    system_use: &[u8],
) -> Vec<u8> {
    let mut record = vec![0; fields::END];
    for (field, number) in [
        (fields::SECTOR, sector),
        (fields::SIZE, size),
        (fields::FLAGS, flags),
        (fields::VOLUME, 1),
        (fields::NAME_LENGTH, identifier.len()),
    ] {
        field.put_number(&mut record, number);
    }
    fields::DATE.put(&mut record, date);
    for part in [identifier, system_use] {
        record.extend(part);
        record.resize(record.len().next_multiple_of(2), 0);
    }
    let length = record.len();
    fields::LENGTH.put_number(&mut record, length);
    record
}
