//! Structures of known fields, compared field by field.

use std::ops::Range;

use super::{Tell, describe};
use crate::iso9660::{Descriptor, plain_name};
use crate::names::shown;

/// How a field is shown.
#[derive(Clone, Copy, PartialEq)]
enum Show {
    /// As text where it is text, as bytes where not.
    Bytes,
    Little,
    Big,
    /// In both byte orders, one after the other.
    Both,
    /// The same, for permissions.
    Mode,
    /// A record's date: year after 1900, month, day, hour, minute, second, zone.
    Date,
}
use Show::{Big, Both, Bytes, Date, Little, Mode};

/// Where it is, what it is called, and what it may mean that it is another.
type Field = (Range<usize>, &'static str, Show, &'static str);

const UNUSED: &str = "nothing looks at it: something was hidden here?";
const UNKNOWN: &str = "nothing takes it for a CD's any more";
const MADE: &str = "made by another tool, or changed afterwards";
const CLOCK: &str = "made by the clock instead of SOURCE_DATE_EPOCH, or changed afterwards";
const MOVED: &str = "laid out otherwise, or leads to other bytes";

const VOLUME: [Field; 33] = [
    (0..1, "kind", Bytes, UNKNOWN),
    (1..6, "standard identifier", Bytes, UNKNOWN),
    (6..7, "version", Bytes, UNKNOWN),
    (7..8, "flags", Bytes, MADE),
    (8..40, "system identifier", Bytes, MADE),
    (
        40..72,
        "volume name",
        Bytes,
        "another machine's, or changed afterwards",
    ),
    (72..80, "unused field", Bytes, UNUSED),
    (
        80..88,
        "volume size in sectors",
        Both,
        "files of other sizes, or something appended",
    ),
    (88..120, "escape sequences", Bytes, UNUSED),
    (120..124, "volume set size", Both, MADE),
    (124..128, "volume sequence number", Both, MADE),
    (128..132, "block size", Both, MADE),
    (132..140, "path table size", Both, "other directories"),
    (
        140..144,
        "sector of the little-endian path table",
        Little,
        MOVED,
    ),
    (
        144..148,
        "sector of the optional little-endian path table",
        Little,
        MOVED,
    ),
    (148..152, "sector of the big-endian path table", Big, MOVED),
    (
        152..156,
        "sector of the optional big-endian path table",
        Big,
        MOVED,
    ),
    (156..158, "root directory's record", Bytes, MADE),
    (
        158..166,
        "sector of the root directory",
        Both,
        "another tree of files",
    ),
    (
        166..174,
        "root directory's size",
        Both,
        "another tree of files",
    ),
    (174..181, "root directory's date", Date, CLOCK),
    (181..190, "rest of the root directory's record", Bytes, MADE),
    (190..318, "volume set name", Bytes, MADE),
    (318..446, "publisher", Bytes, MADE),
    (446..574, "preparer", Bytes, MADE),
    (
        574..702,
        "application",
        Bytes,
        "it names the image: made from other sources or settings, if the rest is too",
    ),
    (
        702..813,
        "names of copyright, abstract and bibliography",
        Bytes,
        MADE,
    ),
    (813..830, "volume creation date", Bytes, CLOCK),
    (830..847, "volume modification date", Bytes, CLOCK),
    (847..864, "volume expiration date", Bytes, CLOCK),
    (864..881, "volume effective date", Bytes, CLOCK),
    (881..883, "file structure version", Bytes, MADE),
    (883..1395, "application's space", Bytes, UNUSED),
];

const BOOT_RECORD: [Field; 5] = [
    (0..1, "kind", Bytes, UNKNOWN),
    (1..6, "standard identifier", Bytes, UNKNOWN),
    (6..7, "version", Bytes, UNKNOWN),
    (
        7..71,
        "boot system's name",
        Bytes,
        "a BIOS does not start from it any more",
    ),
    (
        71..75,
        "sector of the boot catalogue",
        Little,
        "a BIOS starts something else, or nothing",
    ),
];

const STARTS: &str = "a BIOS starts something else, starts it otherwise, or refuses to";
const CATALOGUE: [Field; 13] = [
    (0..1, "first entry's header", Bytes, STARTS),
    (1..2, "platform", Bytes, STARTS),
    (2..4, "reserved field", Bytes, UNUSED),
    (4..28, "manufacturer", Bytes, MADE),
    (
        28..30,
        "checksum",
        Little,
        "it no longer fits the first entry, or that was changed too",
    ),
    (30..32, "signature", Bytes, STARTS),
    (32..33, "boot indicator", Bytes, STARTS),
    (33..34, "kind of boot medium", Bytes, STARTS),
    (34..36, "load segment", Little, STARTS),
    (36..38, "system type and reserved field", Bytes, STARTS),
    (38..40, "number of sectors to load", Little, STARTS),
    (40..44, "sector of the boot loader", Little, STARTS),
    (44..64, "selection criteria", Bytes, UNUSED),
];

const LOADER: &str =
    "it does not find itself any more, or its file was changed after xorriso wrote this";
const BOOT_INFO: [Field; 5] = [
    (
        8..12,
        "boot info table: sector of the volume descriptor",
        Little,
        LOADER,
    ),
    (
        12..16,
        "boot info table: sector of this file",
        Little,
        LOADER,
    ),
    (
        16..20,
        "boot info table: length of this file",
        Little,
        LOADER,
    ),
    (
        20..24,
        "boot info table: checksum of this file",
        Little,
        LOADER,
    ),
    (24..64, "boot info table: reserved field", Bytes, UNUSED),
];

const PATH_TABLE: [Field; 5] = [
    (0..1, "name length", Bytes, "another name"),
    (1..2, "extended attributes", Bytes, MADE),
    (2..6, "sector", Bytes, MOVED),
    (6..8, "directory above", Bytes, "another tree of files"),
    (8..256, "name", Bytes, "another name"),
];

const RECORD: [Field; 10] = [
    (
        0..1,
        "record length",
        Bytes,
        "another name, or other Rock Ridge entries",
    ),
    (1..2, "extended attributes", Bytes, MADE),
    (2..10, "sector", Both, MOVED),
    (10..18, "size", Both, "a longer or shorter file"),
    (18..25, "date", Date, CLOCK),
    (25..26, "flags", Bytes, "hidden, or of another kind"),
    (26..27, "unit size", Bytes, MADE),
    (27..28, "gap size", Bytes, MADE),
    (28..32, "volume number", Both, MADE),
    (32..33, "name length", Bytes, "another name"),
];

/// Names and fields of Rock Ridge's entries, each in its entry.
const ROCK_RIDGE: [(&[u8; 2], &[Field]); 6] = [
    (
        b"PX",
        &[
            (
                4..12,
                "Rock Ridge mode",
                Mode,
                "other permissions, or of another kind",
            ),
            (12..20, "Rock Ridge number of links", Both, MADE),
            (20..28, "Rock Ridge user", Both, "of another owner"),
            (28..36, "Rock Ridge group", Both, "of another owner"),
            (36..44, "Rock Ridge inode", Both, MADE),
        ],
    ),
    (
        b"TF",
        &[
            (4..5, "Rock Ridge kinds of dates", Bytes, MADE),
            (5..12, "Rock Ridge date", Date, CLOCK),
            (12..19, "second Rock Ridge date", Date, CLOCK),
            (19..26, "third Rock Ridge date", Date, CLOCK),
            (26..256, "further Rock Ridge dates", Bytes, CLOCK),
        ],
    ),
    (
        b"NM",
        &[
            (4..5, "flags of the Rock Ridge name", Bytes, "another name"),
            (5..256, "Rock Ridge name", Bytes, "another name"),
        ],
    ),
    (
        b"CE",
        &[
            (
                4..12,
                "sector where Rock Ridge's entries go on",
                Both,
                MOVED,
            ),
            (12..20, "offset where they go on", Both, MOVED),
            (20..28, "size of what goes on there", Both, MOVED),
        ],
    ),
    (
        b"SP",
        &[(
            4..7,
            "Rock Ridge's own mark",
            Bytes,
            "names and permissions may not be seen any more",
        )],
    ),
    (
        b"ER",
        &[(4..256, "Rock Ridge's name for itself", Bytes, MADE)],
    ),
];

/// Entries one after the other, each with its head and its fields.
fn rock_ridge(bytes: &[u8], mut at: usize) -> Vec<Field> {
    let mut fields = Vec::new();
    while let Some(&[one, two, length, _]) = bytes.get(at..at + 4) {
        let length = usize::from(length);
        if length < 4 || one == 0 {
            break;
        }
        fields.push((at..at + 4, "head of a Rock Ridge entry", Bytes, MADE));
        let known = ROCK_RIDGE.iter().find(|(name, _)| **name == [one, two]);
        for (range, name, show, meaning) in known.map_or(&[][..], |(_, fields)| fields) {
            let range = range.start.min(length)..range.end.min(length);
            fields.push((at + range.start..at + range.end, *name, *show, *meaning));
        }
        at += length;
    }
    fields
}

/// One explanation for each field that differs, and one for what is outside all of them.
fn by_field(fields: &[Field], ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    let length = ours.len().min(theirs.len());
    let mut covered = vec![false; length];
    for (range, name, show, meaning) in fields {
        let range = range.start.min(length)..range.end.min(length);
        covered[range.clone()].fill(true);
        let (a, b) = (&ours[range.clone()], &theirs[range.clone()]);
        if a != b {
            let (before, after) = (present(*show, a), present(*show, b));
            let short = range.len() <= 20 || before.starts_with('"') && after.starts_with('"');
            let what = match short {
                true => format!("{after} instead of {before}"),
                false => describe(a, b, base + range.start),
            };
            tell(range.start, format!("{name}: {what} ({meaning})"));
        }
    }
    let outside = (0..length).filter(|at| !covered[*at] && ours[*at] != theirs[*at]);
    let outside: Vec<usize> = outside.collect();
    if let Some(first) = outside.first() {
        tell(
            *first,
            format!(
                "{} bytes that have no meaning differ ({UNUSED})",
                outside.len()
            ),
        );
    }
}

fn present(show: Show, bytes: &[u8]) -> String {
    let little = |bytes: &[u8]| {
        bytes
            .iter()
            .rev()
            .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte))
    };
    let big = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte))
    };
    match (show, bytes) {
        (Little, [_, ..]) => little(bytes).to_string(),
        (Big, [_, ..]) => big(bytes).to_string(),
        (Both | Mode, [_, _, ..]) => {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            let number = |number: u64| match show {
                Mode => format!("{number:o}"),
                _ => number.to_string(),
            };
            match (little(first), big(second)) {
                (one, same) if one == same => number(one),
                (one, other) => format!(
                    "{} in one byte order and {} in the other",
                    number(one),
                    number(other)
                ),
            }
        }
        (Date, [year, month, day, hour, minute, second, zone]) => {
            let year = 1900 + u32::from(*year);
            let zone = i32::from(*zone as i8) * 15;
            let zone = match zone {
                0 => String::new(),
                minutes => format!(" {minutes:+} minutes"),
            };
            format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{zone}")
        }
        _ => raw(bytes),
    }
}

/// As text where it is text, as bytes where not.
fn raw(bytes: &[u8]) -> String {
    let text = bytes.trim_ascii_end();
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    let text = match text.iter().rposition(|byte| *byte != 0) {
        Some(last) => &text[..=last],
        None => &[],
    };
    if bytes.iter().all(|byte| *byte == 0) {
        String::from("zeros")
    } else if bytes.iter().all(|byte| *byte == b' ') {
        String::from("blanks")
    } else if text.len() > 1 && text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        format!("\"{}\"", shown(text))
    } else {
        let hex: Vec<String> = bytes
            .iter()
            .take(20)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        hex.join(" ") + if bytes.len() > 20 { " …" } else { "" }
    }
}

pub fn descriptor(kind: Descriptor, ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    let fields = match kind {
        Descriptor::BootRecord => &BOOT_RECORD[..],
        Descriptor::Terminator => &BOOT_RECORD[..3],
        _ => &VOLUME[..],
    };
    by_field(fields, ours, theirs, base, tell);
}

pub fn catalogue(ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    by_field(&CATALOGUE, ours, theirs, base, tell);
}

/// The table alone, in slices of whole boot loaders of the same length.
pub fn boot_info(ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    let theirs = [&ours[..8], &theirs[8..64]].concat();
    by_field(&BOOT_INFO, &ours[..64], &theirs, base, tell);
}

pub fn continuation(ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    by_field(&rock_ridge(ours, 0), ours, theirs, base, tell);
}

/// The records of a run of them: where each is, and what it names.
fn records(bytes: &[u8]) -> Vec<(Range<usize>, String)> {
    let mut records = Vec::new();
    let mut at = 0;
    while let Some(length) = bytes.get(at).map(|length| usize::from(*length)) {
        let record = bytes.get(at..at + length);
        let Some(record) = record.filter(|record| record.len() > 33) else {
            break;
        };
        let identifier = record.get(33..33 + usize::from(record[32]));
        let name = match identifier.unwrap_or_default() {
            [0] => String::from("the directory itself"),
            [1] => String::from("the directory above"),
            name => shown(plain_name(name)),
        };
        records.push((at..at + length, name));
        at += length;
    }
    records
}

fn record(ours: &[u8], theirs: &[u8], name: &str, base: usize, tell: &mut Tell) {
    let name_end = 33 + usize::from(ours[32]);
    let mut fields = RECORD.to_vec();
    fields.push((33..name_end, "name", Bytes, "another name"));
    // a name of even length is followed by a byte that pads it
    fields.extend(rock_ridge(ours, name_end + usize::from(name_end % 2 == 1)));
    by_field(&fields, ours, theirs, base, &mut |at, what| {
        tell(at, format!("record of {name}: {what}"));
    });
}

pub fn directory(ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    let mine = records(ours);
    if ours.len() == theirs.len() {
        // the same records, as far as ours go
        for (range, name) in &mine {
            let (a, b) = (&ours[range.clone()], &theirs[range.clone()]);
            if a != b {
                record(a, b, name, base + range.start, &mut |at, what| {
                    tell(range.start + at, what)
                });
            }
        }
        return;
    }
    let other = records(theirs);
    for (range, name) in &other {
        match mine.iter().find(|(_, own)| own == name) {
            None => tell(
                range.start,
                format!("a record of {name}, which is not in this checkout's image"),
            ),
            Some((own, _)) => {
                let (a, b) = (&ours[own.clone()], &theirs[range.clone()]);
                if a != b {
                    record(a, b, name, base + range.start, &mut |at, what| {
                        tell(range.start + at, what)
                    });
                }
            }
        }
    }
    for (_, name) in &mine {
        if !other.iter().any(|(_, its)| its == name) {
            tell(0, format!("no record of {name}"));
        }
    }
}

pub fn path_table(ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    let mut at = 0;
    while let Some(length) = ours.get(at).map(|length| usize::from(*length)) {
        let end = (at + 8 + length.next_multiple_of(2)).min(ours.len());
        let name = match ours.get(at + 8..at + 8 + length) {
            Some([0]) | None => String::from("/"),
            Some(name) => shown(name),
        };
        if let Some(b) = theirs.get(at..end) {
            by_field(
                &PATH_TABLE,
                &ours[at..end],
                b,
                base + at,
                &mut |offset, what| {
                    tell(at + offset, format!("entry of {name}: {what}"));
                },
            );
        }
        at = end;
    }
}
