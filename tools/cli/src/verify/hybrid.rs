//! What makes a disk of an ISO, compared field by field.

use formats::fat::{boot_sector, boot_sector_32, entry, information};
use formats::gpt;
use formats::hybrid::Kind;
use formats::layout::{Encoding, Field};
use formats::mbr::{self, partition, record};
use formats::text::escape;

use crate::verify::byte_ranges::{describe, first};
use crate::verify::difference::Explain;
use crate::verify::fields::{self, Explained, UNUSED, explained};
use crate::verify::file;

const STARTED: &str = "as a disk, a BIOS starts something else, or nothing";
const UNKNOWN: &str = "no longer recognized as a disk's";
const PLACE: &str = "UEFI finds no volume, or another one";
const NUMBER: &str = "it follows from what the image calls itself";
const LEADS: &str = "UEFI starts other bytes, or none";
const NAME: &str = "another name: UEFI does not find it";
const SIZE: &str = "UEFI loads more of it, or less";
const CLOCK: &str = "made by the clock instead of the epoch, or changed afterwards";

const RECORD: &[Explained] = &[
    (record::LOADER, STARTED),
    (record::DISK, NUMBER),
    (record::RESERVED, UNUSED),
    (record::SIGNATURE, UNKNOWN),
];
const PARTITION: &[Explained] = &[
    (partition::STATUS, STARTED),
    (partition::KIND, PLACE),
    (partition::START, PLACE),
    (partition::LENGTH, PLACE),
];
const BOOT_SECTOR: &[Explained] = &[
    (boot_sector::SECTOR_SIZE, PLACE),
    (boot_sector::CLUSTER_SIZE, PLACE),
    (boot_sector::RESERVED_SECTORS, PLACE),
    (boot_sector::TABLES, PLACE),
    (boot_sector::ROOT_ENTRIES, PLACE),
    (boot_sector::FEW_SECTORS, PLACE),
    (boot_sector::TABLE_SECTORS, PLACE),
    (boot_sector::MANY_SECTORS, PLACE),
    (boot_sector::RESERVED, UNUSED),
    (boot_sector::SERIAL, NUMBER),
    (boot_sector::CODE, UNUSED),
    (boot_sector::SIGNATURE, UNKNOWN),
];
/// As the image's number of clusters has it.
const BOOT_SECTOR_32: &[Explained] = &[
    (boot_sector_32::TABLE_SECTORS, PLACE),
    (boot_sector_32::ROOT, PLACE),
    (boot_sector_32::RESERVED, UNUSED),
    (boot_sector_32::RESERVED_TOO, UNUSED),
    (boot_sector_32::SERIAL, NUMBER),
    (boot_sector_32::CODE, UNUSED),
    (boot_sector_32::SIGNATURE, UNKNOWN),
];
const INFORMATION: &[Explained] = &[
    (information::RESERVED, UNUSED),
    (information::RESERVED_TOO, UNUSED),
];
const ENTRY: &[Explained] = &[
    (entry::NAME, NAME),
    (entry::RESERVED, UNUSED),
    (entry::CREATED, CLOCK),
    (entry::READ, CLOCK),
    (entry::HIGH_CLUSTER, LEADS),
    (entry::WRITTEN, CLOCK),
    (entry::CLUSTER, LEADS),
    (entry::SIZE, SIZE),
];

const GPT_HEADER: &[Explained] = &[
    (gpt::header::SIGNATURE, UNKNOWN),
    (gpt::header::RESERVED, UNUSED),
    (gpt::header::DISK, NUMBER),
    (gpt::header::ENTRIES, PLACE),
    (gpt::header::REST, UNUSED),
];
const GPT_PARTITION: &[Explained] = &[
    (gpt::entry::KIND, PLACE),
    (gpt::entry::PARTITION, NUMBER),
    (gpt::entry::FIRST, PLACE),
    (gpt::entry::LAST, PLACE),
];

pub fn compare(kind: &Kind, ours: &[u8], theirs: &[u8], base: usize, explain: &mut Explain) {
    match kind {
        Kind::BootCode | Kind::Program => {
            file::compare(&kind.to_string(), ours, theirs, base, false, explain);
        }
        Kind::MasterBootRecord => {
            // it begins behind the boot code
            let before = record::CODE.end;
            let meanings: Vec<Explained> = RECORD
                .iter()
                .copied()
                .chain(
                    PARTITION
                        .iter()
                        .map(|(field, meaning)| (field.within(record::PARTITIONS.start), *meaning)),
                )
                .collect();
            let all: Vec<Field> = mbr::fields().filter(|it| *it != record::CODE).collect();
            let fields: Vec<Explained> = explained(&all, &meanings)
                .into_iter()
                .map(|(field, meaning)| (field.back_by(before), meaning))
                .collect();
            fields::compare(&fields, ours, theirs, base, explain);
        }
        Kind::GptHeader => {
            let fields = explained(gpt::header::FIELDS, GPT_HEADER);
            fields::compare(&fields, ours, theirs, base, explain);
        }
        Kind::GptPartitions => {
            let others = Field::new(gpt::entry::END..ours.len(), Encoding::Bytes, "others");
            let mut fields = explained(gpt::entry::FIELDS, GPT_PARTITION);
            fields.push((others, UNUSED));
            fields::compare(&fields, ours, theirs, base, explain);
        }
        Kind::BootSector => {
            let fields = match is_fat32(ours) {
                true => {
                    let common = boot_sector::FIELDS.iter().copied();
                    let common: Vec<Field> = common
                        .filter(|it| it.end <= boot_sector_32::TABLE_SECTORS.start)
                        .collect();
                    let mut fields = explained(&common, BOOT_SECTOR);
                    fields.extend(explained(boot_sector_32::FIELDS, BOOT_SECTOR_32));
                    fields
                }
                false => explained(boot_sector::FIELDS, BOOT_SECTOR),
            };
            fields::compare(&fields, ours, theirs, base, explain);
        }
        Kind::Information => {
            let fields = explained(information::FIELDS, INFORMATION);
            fields::compare(&fields, ours, theirs, base, explain);
        }
        Kind::Table => explain(
            first(ours, theirs),
            format!("{} ({LEADS})", describe(ours, theirs, base)),
        ),
        Kind::Directory(_) => {
            let fields = explained(entry::FIELDS, ENTRY);
            let pairs = ours.chunks(entry::END).zip(theirs.chunks(entry::END));
            for (index, (a, b)) in pairs.enumerate() {
                let at = index * entry::END;
                let name = escape(a.get(entry::NAME.range()).unwrap_or_default().trim_ascii());
                fields::compare(&fields, a, b, base + at, &mut |offset, what| {
                    explain(at + offset, format!("entry of {name}: {what}"));
                });
            }
        }
    }
}

/// FAT32 alone has no sectors for its root directory.
fn is_fat32(boot_sector: &[u8]) -> bool {
    boot_sector::ROOT_ENTRIES.number(boot_sector, 0) == Ok(0)
}
