//! The GUID partition table, which is on a disk twice: at its beginning, behind the master boot record, and at its end.
//!
//! Source: UEFI specification 2.10, section 5.3.

use crate::crc32;
use crate::layout::layout;
use crate::mbr::SECTOR;

layout! {
    header {
        SIGNATURE = 0..8, Bytes, "signature";
        REVISION = 8..12, Little, "revision";
        SIZE = 12..16, Little, "size of the header";
        CHECKSUM = 16..20, Little, "checksum of the header";
        RESERVED = 20..24, Bytes, "reserved field";
        OWN = 24..32, Little, "sector of this header";
        OTHER = 32..40, Little, "sector of the other header";
        FIRST_USABLE = 40..48, Little, "first usable sector";
        LAST_USABLE = 48..56, Little, "last usable sector";
        DISK = 56..72, Bytes, "GUID of the disk";
        ENTRIES = 72..80, Little, "sector of the partitions";
        COUNT = 80..84, Little, "number of partitions";
        ENTRY_SIZE = 84..88, Little, "size of a partition's entry";
        ENTRIES_CHECKSUM = 88..92, Little, "checksum of the partitions";
        REST = 92..512, Bytes, "rest of the sector";
    }
}

layout! {
    /// A partition.
    entry {
        KIND = 0..16, Bytes, "kind";
        PARTITION = 16..32, Bytes, "GUID of the partition";
        FIRST = 32..40, Little, "first sector";
        LAST = 40..48, Little, "last sector";
        ATTRIBUTES = 48..56, Bytes, "attributes";
        NAME = 56..128, Bytes, "name";
    }
}

pub const SIGNATURE: &[u8] = b"EFI PART";
/// The first header's sector of a disk.
pub const PLACE: usize = 1;
const REVISION: usize = 0x1_0000;
const HEADER_SIZE: usize = header::ENTRIES_CHECKSUM.end;
/// As many as every tool expects.
const COUNT: usize = 128;
const ENTRIES_SECTORS: usize = COUNT * entry::END / SECTOR;
/// Sectors of a disk that a table takes at its end.
pub const SECTORS: usize = 1 + ENTRIES_SECTORS;
/// The first sector of a disk behind the table at its beginning.
pub const FIRST_USABLE: usize = PLACE + SECTORS;

/// C12A7328-F81F-11D2-BA4B-00A0C93EC93B, as it is written on a disk.
const EFI_SYSTEM: [u8; 16] = [
    0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
];

/// Where a partition for UEFI is, and what both are called.
#[derive(Clone, Copy, Debug)]
pub struct Disk {
    /// Sectors of the disk.
    pub sectors: usize,
    /// First sector of the partition.
    pub start: usize,
    /// Sectors of the partition.
    pub length: usize,
    pub disk: [u8; 16],
    pub partition: [u8; 16],
}

/// A header and the partitions that it is about, each with its sector.
pub struct Table {
    pub header: (usize, Vec<u8>),
    pub entries: (usize, Vec<u8>),
}

/// Both tables, the one at the beginning first.
///
/// # Panics
/// The disk is smaller than its tables.
pub fn write(disk: &Disk) -> [Table; 2] {
    let mut entries = vec![0; COUNT * entry::END];
    entry::KIND.put(&mut entries, &EFI_SYSTEM);
    entry::PARTITION.put(&mut entries, &disk.partition);
    entry::FIRST.put_number(&mut entries, disk.start);
    entry::LAST.put_number(&mut entries, disk.start + disk.length - 1);
    let last = disk.sectors - 1;
    let backup = last - ENTRIES_SECTORS;
    [(PLACE, last, PLACE + 1), (last, PLACE, backup)].map(|(own, other, place)| {
        let mut written = vec![0; header::END];
        header::SIGNATURE.put(&mut written, SIGNATURE);
        header::DISK.put(&mut written, &disk.disk);
        for (field, number) in [
            (header::REVISION, REVISION),
            (header::SIZE, HEADER_SIZE),
            (header::OWN, own),
            (header::OTHER, other),
            (header::FIRST_USABLE, FIRST_USABLE),
            (header::LAST_USABLE, backup - 1),
            (header::ENTRIES, place),
            (header::COUNT, COUNT),
            (header::ENTRY_SIZE, entry::END),
            (header::ENTRIES_CHECKSUM, crc32::of(&entries) as usize),
        ] {
            field.put_number(&mut written, number);
        }
        let checksum = crc32::of(&written[..HEADER_SIZE]);
        header::CHECKSUM.put_number(&mut written, checksum as usize);
        Table {
            header: (own, written),
            entries: (place, entries.clone()),
        }
    })
}
