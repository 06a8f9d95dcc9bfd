//! The structures of ISO 9660 and Rock Ridge, compared field by field.

use std::ops::Range;

use formats::iso9660::descriptors::{Descriptor, boot_record, head, volume};
use formats::iso9660::path_tables::{self, entry};
use formats::iso9660::record::{self, Record, fields as record_fields};
use formats::iso9660::rock_ridge::{self, continuation, dates, mark, name, posix};
use formats::layout::{Encoding, Field};
use formats::text::escape;

use crate::verify::difference::Explain;
use crate::verify::fields::{self, Explained, UNUSED, explained};

const UNKNOWN: &str = "no longer recognized as a CD's";
const CLOCK: &str = "made by the clock instead of SOURCE_DATE_EPOCH, or changed afterwards";
const MOVED: &str = "laid out differently, or leads to other bytes";
const NAME: &str = "another name";
const OWNER: &str = "of another owner";
const TREE: &str = "another tree of files";
const STARTED: &str = "a BIOS starts something else, or nothing";

const MEANINGS: &[Explained] = &[
    (head::KIND, UNKNOWN),
    (head::IDENTIFIER, UNKNOWN),
    (head::VERSION, UNKNOWN),
    (
        boot_record::SYSTEM,
        "a BIOS does not start from it any more",
    ),
    (boot_record::CATALOGUE, STARTED),
    (volume::NAME, "another machine's, or changed afterwards"),
    (volume::UNUSED, UNUSED),
    (volume::SIZE, "files of other sizes, or something appended"),
    (volume::ESCAPES, UNUSED),
    (volume::PATH_TABLE_SIZE, "other directories"),
    (volume::LITTLE_PATH_TABLE, MOVED),
    (volume::OPTIONAL_LITTLE_PATH_TABLE, MOVED),
    (volume::BIG_PATH_TABLE, MOVED),
    (volume::OPTIONAL_BIG_PATH_TABLE, MOVED),
    (volume::ROOT_SECTOR, TREE),
    (volume::ROOT_SIZE, TREE),
    (volume::ROOT_DATE, CLOCK),
    (
        volume::APPLICATION,
        "it names the image: made from other sources or settings, if the rest is too",
    ),
    (volume::CREATED, CLOCK),
    (volume::MODIFIED, CLOCK),
    (volume::EXPIRES, CLOCK),
    (volume::EFFECTIVE, CLOCK),
    (volume::APPLICATION_SPACE, UNUSED),
    (entry::NAME_LENGTH, NAME),
    (entry::SECTOR, MOVED),
    (entry::PARENT, TREE),
    (
        record_fields::LENGTH,
        "another name, or other Rock Ridge entries",
    ),
    (record_fields::SECTOR, MOVED),
    (record_fields::SIZE, "a longer or shorter file"),
    (record_fields::DATE, CLOCK),
    (record_fields::FLAGS, "hidden, or of another kind"),
    (record_fields::NAME_LENGTH, NAME),
    (posix::MODE, "other permissions, or of another kind"),
    (posix::USER, OWNER),
    (posix::GROUP, OWNER),
    (dates::FIRST, CLOCK),
    (dates::SECOND, CLOCK),
    (dates::THIRD, CLOCK),
    (dates::OTHERS, CLOCK),
    (name::FLAGS, NAME),
    (name::NAME, NAME),
    (continuation::SECTOR, MOVED),
    (continuation::OFFSET, MOVED),
    (continuation::SIZE, MOVED),
    (mark::MARK, "names and permissions may no longer be visible"),
    (rock_ridge::head::LENGTH, NAME),
];

pub fn descriptor(
    kind: Descriptor,
    ours: &[u8],
    theirs: &[u8],
    base: usize,
    explain: &mut Explain,
) {
    let fields = [head::FIELDS, kind.fields()].concat();
    fields::compare(&explained(&fields, MEANINGS), ours, theirs, base, explain);
}

pub fn continuation(ours: &[u8], theirs: &[u8], base: usize, explain: &mut Explain) {
    fields::compare(
        &rock_ridge(ours, 0..ours.len()),
        ours,
        theirs,
        base,
        explain,
    );
}

/// Entries one after the other, each with its head and its fields.
fn rock_ridge(bytes: &[u8], area: Range<usize>) -> Vec<Explained> {
    let mut all = Vec::new();
    for entry in rock_ridge::entries(bytes, area).map_while(Result::ok) {
        let fields = [rock_ridge::head::FIELDS, entry.fields()].concat();
        for (field, meaning) in explained(&fields, MEANINGS) {
            let field = field.clipped(entry.range.len());
            all.push((field.within(entry.range.start), meaning));
        }
    }
    all
}

/// The records of a directory or a part of it: each with what it names.
fn records(bytes: &[u8]) -> Vec<(Record, String)> {
    let mut records = Vec::new();
    let mut at = 0;
    while let Ok(Some(record)) = Record::parse(bytes, at, bytes.len()) {
        let name = match &bytes[record.identifier.clone()] {
            record::SELF => String::from("the directory itself"),
            record::PARENT => String::from("the directory above"),
            name => escape(record::plain_name(name)),
        };
        at = record.range.end;
        records.push((record, name));
    }
    records
}

/// Compare a record of ours with its counterpart at `range` of theirs, which lie at `base`.
fn compare_record(
    (record, name): &(Record, String),
    ours: &[u8],
    theirs: &[u8],
    range: Range<usize>,
    base: usize,
    explain: &mut Explain,
) {
    let at = record.range.start;
    let mut fields = explained(record_fields::FIELDS, MEANINGS);
    let identifier = record.identifier.start - at..record.identifier.end - at;
    fields.push((Field::new(identifier, Encoding::Bytes, "name"), NAME));
    let ours = &ours[record.range.clone()];
    fields.extend(rock_ridge(ours, record.system_use.start - at..ours.len()));
    let (theirs, start) = (&theirs[range.clone()], range.start);
    fields::compare(&fields, ours, theirs, base + start, &mut |at, what| {
        explain(start + at, format!("record of {name}: {what}"));
    });
}

pub fn directory(ours: &[u8], theirs: &[u8], base: usize, explain: &mut Explain) {
    let mine = records(ours);
    if ours.len() == theirs.len() {
        // the same records, as far as ours go
        for record in &mine {
            let range = record.0.range.clone();
            compare_record(record, ours, theirs, range, base, explain);
        }
        return;
    }
    let other = records(theirs);
    for (record, name) in &other {
        let range = record.range.clone();
        match mine.iter().find(|(_, own)| own == name) {
            None => explain(
                range.start,
                format!("a record of {name}, which is not in this checkout's image"),
            ),
            Some(own) => compare_record(own, ours, theirs, range, base, explain),
        }
    }
    for (_, name) in &mine {
        if !other.iter().any(|(_, its)| its == name) {
            explain(0, format!("no record of {name}"));
        }
    }
}

pub fn path_table(
    ours: &[u8],
    theirs: &[u8],
    big_endian: bool,
    base: usize,
    explain: &mut Explain,
) {
    let mut fields: Vec<Explained> = explained(entry::FIELDS, MEANINGS)
        .into_iter()
        .map(|(field, meaning)| (path_tables::in_order(field, big_endian), meaning))
        .collect();
    fields.push((Field::new(entry::END..256, Encoding::Bytes, "name"), NAME));
    for range in path_tables::entries(ours) {
        let range = range.start..range.end.min(ours.len());
        let Some(theirs) = theirs.get(range.clone()) else {
            continue;
        };
        let ours = &ours[range.clone()];
        let length = ours.first().map_or(0, |length| usize::from(*length));
        let name = match ours.get(entry::END..entry::END + length) {
            Some(record::SELF) | None => String::from("/"),
            Some(name) => escape(name),
        };
        let at = range.start;
        fields::compare(&fields, ours, theirs, base + at, &mut |offset, what| {
            explain(at + offset, format!("entry of {name}: {what}"));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_is_that_of_a_field() {
        let rock_ridge = [
            rock_ridge::head::FIELDS,
            posix::FIELDS,
            dates::FIELDS,
            name::FIELDS,
            continuation::FIELDS,
            mark::FIELDS,
        ];
        let all = [
            head::FIELDS,
            boot_record::FIELDS,
            volume::FIELDS,
            entry::FIELDS,
            record_fields::FIELDS,
            &rock_ridge.concat(),
        ]
        .concat();
        for (index, (field, _)) in MEANINGS.iter().enumerate() {
            assert!(all.contains(field), "{field:?}");
            let mut others = MEANINGS[index + 1..].iter();
            assert!(!others.any(|(other, _)| other == field), "{field:?} twice");
        }
    }
}
