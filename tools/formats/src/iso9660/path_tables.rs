//! Path tables: all directories in one list, for readers that are too slow to walk. Each volume has it in both byte
//! orders.

use std::collections::HashSet;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::iso9660::descriptors::volume;
use crate::iso9660::sector::offset;
use crate::layout::{Field, layout, slice};

layout! {
    /// What an entry of the little-endian table begins with; the directory's name follows.
    entry {
        NAME_LENGTH = 0..1, Bytes, "name length";
        EXTENDED_ATTRIBUTES = 1..2, Bytes, "extended attributes";
        SECTOR = 2..6, Little, "sector";
        PARENT = 6..8, Little, "directory above";
    }
}

#[derive(Debug)]
pub struct PathTable {
    pub range: Range<usize>,
    pub big_endian: bool,
}

/// A field as the table has it.
pub fn in_order(field: Field, big_endian: bool) -> Field {
    match big_endian {
        true => field.big_endian(),
        false => field,
    }
}

/// All tables that the volume descriptor at `primary` names, if they name the directories at `places` and no others.
pub fn parse(bytes: &[u8], primary: usize, places: &HashSet<usize>) -> Result<Vec<PathTable>> {
    let length = volume::PATH_TABLE_SIZE.number(bytes, primary)?;
    let mut tables = Vec::new();
    for (field, big_endian) in [
        (volume::LITTLE_PATH_TABLE, false),
        (volume::OPTIONAL_LITTLE_PATH_TABLE, false),
        (volume::BIG_PATH_TABLE, true),
        (volume::OPTIONAL_BIG_PATH_TABLE, true),
    ] {
        let start = offset(field.number(bytes, primary)?);
        // an optional table that is not there
        if start == 0 {
            continue;
        }
        let table = slice(bytes, start, length, "a path table")?;
        for range in entries(table) {
            let sector = in_order(entry::SECTOR, big_endian)
                .number(table, range.start)
                .map_err(|error| Error::new(start + error.at, error.message))?;
            if !places.contains(&offset(sector)) || range.len() == entry::END {
                return Err(Error::new(
                    start + range.start,
                    format!(
                        "a path table names a directory in sector {sector}, where there is none"
                    ),
                ));
            }
        }
        tables.push(PathTable {
            range: start..start + length,
            big_endian,
        });
    }
    Ok(tables)
}

/// Where the entries of a table are. The last one may be beyond its end.
pub fn entries(table: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let name = entry::NAME_LENGTH.number(table, at).ok()?;
        let range = at..at + entry::END + name.next_multiple_of(2);
        at = range.end;
        Some(range)
    })
}

/// A table of directories, each with its name, its sector and the number of the one above it.
///
/// # Panics
/// One of them does not fit in its field.
pub fn write(directories: &[(&[u8], usize, usize)], big_endian: bool) -> Vec<u8> {
    let mut table = Vec::new();
    for (name, sector, parent) in directories {
        let mut head = [0; entry::END];
        for (field, number) in [
            (entry::NAME_LENGTH, name.len()),
            (entry::SECTOR, *sector),
            (entry::PARENT, *parent),
        ] {
            in_order(field, big_endian).put_number(&mut head, number);
        }
        table.extend(head);
        table.extend(*name);
        table.resize(table.len().next_multiple_of(2), 0);
    }
    table
}
