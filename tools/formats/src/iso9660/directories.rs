//! ISO 9660 with Rock Ridge names: descriptors, path tables, directories and where the files are.

use std::collections::HashSet;
use std::ops::Range;

use crate::fields::{byte, slice, u16_be, u16_le, u32_be, u32_both, u32_le};
use crate::limits::Left;
use crate::names::shown;
use crate::{Error, Result, limits};

pub const SECTOR: usize = 2048;
pub const DESCRIPTORS: usize = 16 * SECTOR;
pub const IDENTIFIER: &[u8] = b"CD001";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptor {
    BootRecord,
    Primary,
    Supplementary,
    Partition,
    Terminator,
}

impl Descriptor {
    pub fn name(self) -> &'static str {
        match self {
            Descriptor::BootRecord => "boot record",
            Descriptor::Primary => "primary volume descriptor",
            Descriptor::Supplementary => "supplementary volume descriptor",
            Descriptor::Partition => "volume partition descriptor",
            Descriptor::Terminator => "volume descriptor set terminator",
        }
    }

    /// How much of its sector has a meaning; the rest is zero.
    pub fn length(self) -> usize {
        match self {
            Descriptor::BootRecord => 75,
            Descriptor::Terminator => 7,
            // the space for applications, which xorriso fills with blanks, ends here
            _ => 1395,
        }
    }
}

#[derive(Debug)]
pub struct PathTable {
    pub range: Range<usize>,
    pub big_endian: bool,
}

/// A file or a directory, as the directory that it is in tells.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As it is shown.
    pub path: String,
    pub range: Range<usize>,
}

#[derive(Debug)]
pub struct Directory {
    pub path: String,
    /// The whole sectors.
    pub range: Range<usize>,
    /// The records within, without the zeros after the last of each sector.
    pub records: Vec<Range<usize>>,
}

#[derive(Debug)]
pub struct Volume {
    pub length: usize,
    pub descriptors: Vec<(usize, Descriptor)>,
    pub path_tables: Vec<PathTable>,
    pub directories: Vec<Directory>,
    pub files: Vec<Entry>,
    /// Rock Ridge entries that had no room in their record.
    pub continuations: Vec<Range<usize>>,
}

pub fn parse(bytes: &[u8]) -> Result<Volume> {
    let descriptors = descriptors(bytes)?;
    let primary = descriptors
        .iter()
        .find(|(_, kind)| *kind == Descriptor::Primary)
        .map(|(at, _)| *at)
        .ok_or_else(|| Error::new(DESCRIPTORS, "no primary volume descriptor"))?;

    let block = u16_le(bytes, primary + 128, "the block size")?;
    if usize::from(block) != SECTOR || u16_be(bytes, primary + 130, "the block size")? != block {
        return Err(Error::new(
            primary + 128,
            format!("a block size of {block}: only {SECTOR} is known here"),
        ));
    }
    let length = u32_both(bytes, primary + 80, "the volume's size")?.saturating_mul(SECTOR);
    if length > bytes.len() {
        return Err(Error::new(
            primary + 80,
            format!(
                "the volume is said to have {length} bytes, but the file has {}: was it cut off?",
                bytes.len()
            ),
        ));
    }

    let mut volume = Volume {
        length,
        descriptors,
        path_tables: Vec::new(),
        directories: Vec::new(),
        files: Vec::new(),
        continuations: Vec::new(),
    };
    walk(bytes, primary, &mut volume)?;
    path_tables(bytes, primary, &mut volume)?;
    Ok(volume)
}

fn descriptors(bytes: &[u8]) -> Result<Vec<(usize, Descriptor)>> {
    let mut descriptors = Vec::new();
    for index in 0..limits::FEW {
        let at = DESCRIPTORS + index * SECTOR;
        let sector = slice(bytes, at, SECTOR, "a volume descriptor")?;
        if &sector[1..6] != IDENTIFIER {
            return Err(Error::new(
                at + 1,
                "no volume descriptor (CD001) where one must be",
            ));
        }
        let kind = match sector[0] {
            0 => Descriptor::BootRecord,
            1 => Descriptor::Primary,
            2 => Descriptor::Supplementary,
            3 => Descriptor::Partition,
            255 => Descriptor::Terminator,
            other => {
                return Err(Error::new(
                    at,
                    format!("a volume descriptor of unknown kind {other}"),
                ));
            }
        };
        descriptors.push((at, kind));
        if kind == Descriptor::Terminator {
            return Ok(descriptors);
        }
    }
    Err(Error::new(
        DESCRIPTORS,
        format!("more than {} volume descriptors", limits::FEW),
    ))
}

/// An extent, in the volume.
fn extent(bytes: &[u8], at: usize, what: &str) -> Result<Range<usize>> {
    let start = u32_both(bytes, at, &format!("{what}'s place"))?.saturating_mul(SECTOR);
    let length = u32_both(bytes, at + 8, &format!("{what}'s size"))?;
    let end = start.saturating_add(length);
    if end > bytes.len() {
        return Err(Error::new(
            at,
            format!(
                "{what} is said to be at {start:#x}–{end:#x}, beyond the end at {:#x}",
                bytes.len()
            ),
        ));
    }
    Ok(start..end)
}

fn walk(bytes: &[u8], primary: usize, volume: &mut Volume) -> Result<()> {
    let root = extent(bytes, primary + 156 + 2, "the root directory")?;
    let mut seen = HashSet::from([root.start]);
    let mut waiting = vec![(String::from("/"), root, 0)];
    // directories that share no byte can't be larger than the file that they are in
    let mut left = bytes.len();
    let mut names = Left::default();
    while let Some((path, range, depth)) = waiting.pop() {
        left = left
            .checked_sub(range.len())
            .ok_or_else(|| Error::new(range.start, format!("{path} overlaps other directories")))?;
        let (records, entries) = directory(bytes, &path, &range, volume)?;
        if !entries.iter().all(|(entry, _)| names.take(&entry.path)) {
            return Err(Error::new(
                range.start,
                format!(
                    "more than {} files, or names that are too long",
                    limits::ENTRIES
                ),
            ));
        }
        volume.directories.push(Directory {
            path,
            range: range.clone(),
            records,
        });
        for (entry, is_directory) in entries {
            if !is_directory {
                volume.files.push(entry);
            } else if !seen.insert(entry.range.start) {
                return Err(Error::new(
                    range.start,
                    format!(
                        "the directory {} is one that was seen before: a loop",
                        entry.path
                    ),
                ));
            } else if depth == limits::DEPTH {
                return Err(Error::new(
                    range.start,
                    format!(
                        "{}: more than {} directories deep",
                        entry.path,
                        limits::DEPTH
                    ),
                ));
            } else {
                waiting.push((entry.path, entry.range, depth + 1));
            }
        }
    }
    volume.directories.sort_by(|a, b| a.path.cmp(&b.path));
    volume.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(())
}

type Records = (Vec<Range<usize>>, Vec<(Entry, bool)>);

/// The records of one directory, and what they name.
fn directory(
    bytes: &[u8],
    path: &str,
    range: &Range<usize>,
    volume: &mut Volume,
) -> Result<Records> {
    let mut records = Vec::new();
    let mut entries = Vec::new();
    let mut names = HashSet::new();
    let mut at = range.start;
    while at < range.end {
        let length = usize::from(byte(bytes, at, "a directory record")?);
        let sector_end = (at / SECTOR + 1) * SECTOR;
        if length == 0 {
            at = sector_end;
            continue;
        }
        let end = at + length;
        let name_length = usize::from(byte(bytes, at + 32, "a directory record")?);
        let name_end = at + 33 + name_length;
        if length < 34 || end > sector_end.min(range.end) || name_end > end || name_length == 0 {
            return Err(Error::new(
                at,
                format!("a record of {path} does not fit in itself"),
            ));
        }
        records.push(at..end);
        if records.len() > limits::ENTRIES {
            return Err(Error::new(
                at,
                format!("more than {} records", limits::ENTRIES),
            ));
        }
        let identifier = slice(bytes, at + 33, name_length, "a file's name")?;
        let flags = byte(bytes, at + 25, "a record's flags")?;
        let own = identifier == [0] || identifier == [1];
        // a name of even length is followed by a byte that pads it
        let system_use = name_end + usize::from(name_length % 2 == 0);
        let rock_ridge = rock_ridge_name(bytes, system_use..end.max(system_use), volume)?;
        if !own {
            let name = match rock_ridge {
                Some(name) => name,
                None => plain_name(identifier).to_vec(),
            };
            let leads_elsewhere = name.contains(&b'/') || name.contains(&0);
            if leads_elsewhere || matches!(name.as_slice(), b"" | b"." | b"..") {
                let name = shown(&name);
                return Err(Error::new(
                    at,
                    format!("{path} has a file called \"{name}\", which leads elsewhere"),
                ));
            }
            let name = shown(&name);
            let path = format!("{}/{name}", path.trim_end_matches('/'));
            if path.len() > limits::PATH {
                return Err(Error::new(at, format!("a path of {} bytes", path.len())));
            }
            if !names.insert(name) {
                return Err(Error::new(at, format!("a second {path}")));
            }
            if flags & 0x80 != 0 || byte(bytes, at + 1, "a record")? != 0 {
                return Err(Error::new(
                    at,
                    format!("{path} is in several pieces, which is not known here"),
                ));
            }
            let range = extent(bytes, at + 2, &path)?;
            entries.push((Entry { path, range }, flags & 2 != 0));
        }
        at = end;
    }
    Ok((records, entries))
}

/// `FILE.TXT;1` as people write it.
pub fn plain_name(identifier: &[u8]) -> &[u8] {
    let name = identifier.split(|byte| *byte == b';').next();
    let name = name.unwrap_or_default();
    name.strip_suffix(b".").unwrap_or(name)
}

/// The name that Rock Ridge gives in a record's space for the system, wherever that goes on.
fn rock_ridge_name(
    bytes: &[u8],
    record: Range<usize>,
    volume: &mut Volume,
) -> Result<Option<Vec<u8>>> {
    let mut name: Option<Vec<u8>> = None;
    let mut area = record;
    for _ in 0..limits::CONTINUATIONS {
        let mut next = None;
        let mut at = area.start;
        // an entry has at least four bytes; what is left of fewer is padding
        while at + 4 <= area.end {
            let entry = slice(bytes, at, 4, "a Rock Ridge entry")?;
            let length = usize::from(entry[2]);
            if entry[0] == 0 {
                break;
            }
            if length < 4 || at + length > area.end {
                return Err(Error::new(at, "a Rock Ridge entry does not fit in itself"));
            }
            match &entry[..2] {
                b"NM" => name.get_or_insert_default().extend(slice(
                    bytes,
                    at + 5,
                    length.saturating_sub(5),
                    "a name",
                )?),
                b"CE" => {
                    let place = u32_both(bytes, at + 4, "a continuation's place")?;
                    let offset = u32_both(bytes, at + 12, "a continuation's offset")?;
                    let length = u32_both(bytes, at + 20, "a continuation's size")?;
                    let start = place.saturating_mul(SECTOR).saturating_add(offset);
                    if length > SECTOR {
                        return Err(Error::new(
                            at,
                            "a Rock Ridge continuation of more than a sector",
                        ));
                    }
                    slice(bytes, start, length, "a Rock Ridge continuation")?;
                    next = Some(start..start + length);
                }
                _ => (),
            }
            at += length;
        }
        match next {
            None => {
                return Ok(name);
            }
            Some(range) => {
                if !volume.continuations.contains(&range) {
                    if volume.continuations.len() == limits::ENTRIES / 100 {
                        return Err(Error::new(range.start, "too many Rock Ridge continuations"));
                    }
                    volume.continuations.push(range.clone());
                }
                area = range;
            }
        }
    }
    Err(Error::new(
        area.start,
        "Rock Ridge entries that go on without end: a loop",
    ))
}

fn path_tables(bytes: &[u8], primary: usize, volume: &mut Volume) -> Result<()> {
    let length = u32_both(bytes, primary + 132, "the path tables' size")?;
    let places: HashSet<usize> = volume
        .directories
        .iter()
        .map(|directory| directory.range.start)
        .collect();
    let little = [140, 144].map(|at| u32_le(bytes, primary + at, "a path table's place"));
    let big = [148, 152].map(|at| u32_be(bytes, primary + at, "a path table's place"));
    for (place, big_endian) in little
        .into_iter()
        .map(|place| (place, false))
        .chain(big.into_iter().map(|place| (place, true)))
    {
        let start = (place? as usize).saturating_mul(SECTOR);
        // an optional table that is not there
        if start == 0 {
            continue;
        }
        let table = slice(bytes, start, length, "a path table")?;
        let mut at = 0;
        while at < table.len() {
            let name = usize::from(byte(table, at, "a path table")?);
            let place = if big_endian {
                u32_be(table, at + 2, "a path table")?
            } else {
                u32_le(table, at + 2, "a path table")?
            };
            if !places.contains(&(place as usize).saturating_mul(SECTOR)) || name == 0 {
                return Err(Error::new(
                    start + at,
                    format!("a path table names a directory in sector {place}, where none is"),
                ));
            }
            at += 8 + name.next_multiple_of(2);
        }
        volume.path_tables.push(PathTable {
            range: start..start + length,
            big_endian,
        });
    }
    Ok(())
}
