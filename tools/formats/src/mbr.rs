//! The master boot record: what a BIOS starts from a disk, and where a disk's partitions are.
//!
//! Source: UEFI specification 2.10, section 5.2; the place of the loader is isohybrid's.

use crate::layout::{Field, layout};

layout! {
    record {
        CODE = 0..432, Bytes, "boot code";
        LOADER = 432..440, Little, "sector of the boot loader";
        DISK = 440..444, Bytes, "number of the disk";
        RESERVED = 444..446, Bytes, "reserved field";
        PARTITIONS = 446..510, Bytes, "partitions";
        SIGNATURE = 510..512, Bytes, "signature";
    }
}

layout! {
    partition {
        STATUS = 0..1, Bytes, "partition: whether it is active";
        FIRST = 1..4, Bytes, "partition: first cylinder, head and sector";
        KIND = 4..5, Bytes, "partition: kind";
        LAST = 5..8, Bytes, "partition: last cylinder, head and sector";
        START = 8..12, Little, "partition: first sector";
        LENGTH = 12..16, Little, "partition: number of sectors";
    }
}

/// A disk's, which are smaller than a CD's.
pub const SECTOR: usize = 512;

const ACTIVE: usize = 0x80;
const SIGNATURE: &[u8] = &[0x55, 0xaa];

// the geometry that everybody assumes, since no disk has one any more
const HEADS: usize = 255;
const SECTORS: usize = 63;
const CYLINDERS: usize = 1024;

/// The fields of a record, those of its first partition among them.
pub fn fields() -> impl Iterator<Item = Field> {
    let start = record::PARTITIONS.start;
    let partition = partition::FIELDS.iter().map(move |it| it.within(start));
    let record = record::FIELDS.iter().copied();
    record
        .filter(|it| *it != record::PARTITIONS)
        .chain(partition)
}

/// What the partition of a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UEFI's, and active.
    EfiSystem,
    /// All of the disk, whose partitions are in a GPT.
    Protective,
}

/// A record with one partition, whose `length` sectors begin at `start`. The code starts what is at the sector `loader`.
///
/// # Panics
/// One of them does not fit in its field.
pub fn write(
    code: &[u8],
    loader: usize,
    disk: [u8; 4],
    kind: Kind,
    (start, length): (usize, usize),
) -> Vec<u8> {
    let (status, kind) = match kind {
        Kind::EfiSystem => (ACTIVE, 0xef),
        Kind::Protective => (0, 0xee),
    };
    let mut partition = vec![0; partition::END];
    partition::STATUS.put_number(&mut partition, status);
    partition::FIRST.put(&mut partition, &cylinder_head_sector(start));
    partition::KIND.put_number(&mut partition, kind);
    let last = start + length.saturating_sub(1);
    partition::LAST.put(&mut partition, &cylinder_head_sector(last));
    partition::START.put_number(&mut partition, start);
    partition::LENGTH.put_number(&mut partition, length);

    let mut written = vec![0; record::END];
    record::CODE.put(&mut written, code);
    record::LOADER.put_number(&mut written, loader);
    record::DISK.put(&mut written, &disk);
    record::PARTITIONS.put(&mut written, &partition);
    record::SIGNATURE.put(&mut written, SIGNATURE);
    written
}

/// As a record writes a sector's place; what is too far away is at the end.
fn cylinder_head_sector(sector: usize) -> [u8; 3] {
    let (track, sector) = (sector / SECTORS, sector % SECTORS + 1);
    let (cylinder, head) = (track / HEADS, track % HEADS);
    if cylinder >= CYLINDERS {
        return [0xfe, 0xff, 0xff];
    }
    [
        head as u8,
        (sector | ((cylinder >> 8) << 6)) as u8,
        cylinder as u8,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sectors_have_the_places_that_partitioning_programs_give_them() {
        for (sector, place) in [
            (0, [0, 1, 0]),
            (4, [0, 5, 0]),
            (62, [0, 63, 0]),
            (63, [1, 1, 0]),
            (63 * 255, [0, 1, 1]),
            (63 * 255 * 256, [0, 0x41, 0]),
            (63 * 255 * 1024, [0xfe, 0xff, 0xff]),
        ] {
            assert_eq!(cylinder_head_sector(sector), place, "{sector}");
        }
    }
}
