//! FAT, the file system that UEFI reads, in all of its forms: by how many clusters it has, a volume is FAT12, FAT16 or FAT32.
//!
//! A volume here has clusters as large as a CD's sectors, one table, and one sector of names in its root directory, which
//! FAT32 has in a cluster.
//!
//! Source: Microsoft's specification of FAT, version 1.03; UEFI specification 2.10, section 13.3.

use crate::iso9660::sector::SECTOR as CLUSTER;
use crate::layout::layout;
use crate::mbr::SECTOR;

layout! {
    boot_sector {
        JUMP = 0..3, Bytes, "jump instruction";
        SYSTEM = 3..11, Bytes, "system that made the volume";
        SECTOR_SIZE = 11..13, Little, "bytes in a sector";
        CLUSTER_SIZE = 13..14, Bytes, "sectors in a cluster";
        RESERVED_SECTORS = 14..16, Little, "sectors before the table";
        TABLES = 16..17, Bytes, "number of tables";
        ROOT_ENTRIES = 17..19, Little, "entries in the root directory";
        FEW_SECTORS = 19..21, Little, "sectors of the volume, if they are few";
        MEDIUM = 21..22, Bytes, "kind of medium";
        TABLE_SECTORS = 22..24, Little, "sectors in the table";
        TRACK_SECTORS = 24..26, Little, "sectors in a track";
        HEADS = 26..28, Little, "heads";
        HIDDEN_SECTORS = 28..32, Little, "sectors before the volume";
        MANY_SECTORS = 32..36, Little, "sectors of the volume, if they are many";
        DRIVE = 36..37, Bytes, "drive";
        RESERVED = 37..38, Bytes, "reserved field";
        EXTENDED = 38..39, Bytes, "signature of the fields that follow";
        SERIAL = 39..43, Bytes, "serial number";
        LABEL = 43..54, Bytes, "name of the volume";
        KIND = 54..62, Bytes, "kind of file system";
        CODE = 62..510, Bytes, "boot code";
        SIGNATURE = 510..512, Bytes, "signature";
    }
}

layout! {
    /// FAT32's own: up to the number of sectors it is like the others'.
    boot_sector_32 {
        TABLE_SECTORS = 36..40, Little, "sectors in the table";
        FLAGS = 40..42, Bytes, "flags";
        VERSION = 42..44, Bytes, "version";
        ROOT = 44..48, Little, "first cluster of the root directory";
        INFORMATION = 48..50, Little, "sector of the information";
        COPY = 50..52, Little, "sector of the copy";
        RESERVED = 52..64, Bytes, "reserved field";
        DRIVE = 64..65, Bytes, "drive";
        RESERVED_TOO = 65..66, Bytes, "reserved field";
        EXTENDED = 66..67, Bytes, "signature of the fields that follow";
        SERIAL = 67..71, Bytes, "serial number";
        LABEL = 71..82, Bytes, "name of the volume";
        KIND = 82..90, Bytes, "kind of file system";
        CODE = 90..510, Bytes, "boot code";
        SIGNATURE = 510..512, Bytes, "signature";
    }
}

layout! {
    /// FAT32's: what is free.
    information {
        LEAD = 0..4, Bytes, "first signature";
        RESERVED = 4..484, Bytes, "reserved field";
        STRUCTURE = 484..488, Bytes, "second signature";
        FREE = 488..492, Little, "number of free clusters";
        NEXT = 492..496, Bytes, "where to look for one";
        RESERVED_TOO = 496..508, Bytes, "reserved field";
        TRAIL = 508..512, Bytes, "third signature";
    }
}

layout! {
    /// Of a directory.
    entry {
        NAME = 0..11, Bytes, "name";
        ATTRIBUTES = 11..12, Bytes, "attributes";
        RESERVED = 12..14, Bytes, "reserved field";
        CREATED = 14..18, Bytes, "time of creation";
        READ = 18..20, Bytes, "date of the last access";
        HIGH_CLUSTER = 20..22, Little, "upper half of the first cluster";
        WRITTEN = 22..26, Bytes, "time of the last change";
        CLUSTER = 26..28, Little, "first cluster";
        SIZE = 28..32, Little, "size";
    }
}

/// Clusters are counted from two.
pub const FIRST_CLUSTER: usize = 2;
/// What fits into a root directory of one sector.
pub const ROOT_ENTRIES: usize = SECTOR / entry::END;
const FEWEST_OF_FAT16: usize = 4085;
const FEWEST_OF_FAT32: usize = 65525;
const TOO_MANY: usize = 0x0fff_fff5;
/// The sector of FAT32's information, behind the boot sector.
const INFORMATION: usize = 1;

const MEDIUM: usize = 0xf8;
const DRIVE: usize = 0x80;
const EXTENDED: usize = 0x29;
const READ_ONLY: usize = 0x01;
const DIRECTORY: usize = 0x10;
/// Midnight of 1 January 1980, before which there is no time.
const EPOCH: &[u8] = &[0, 0, 0x21, 0];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Fat12,
    Fat16,
    Fat32,
}

impl Form {
    const fn of(clusters: usize) -> Form {
        if clusters < FEWEST_OF_FAT16 {
            Form::Fat12
        } else if clusters < FEWEST_OF_FAT32 {
            Form::Fat16
        } else {
            Form::Fat32
        }
    }

    const fn name(self) -> &'static [u8; 8] {
        match self {
            Form::Fat12 => b"FAT12   ",
            Form::Fat16 => b"FAT16   ",
            Form::Fat32 => b"FAT32   ",
        }
    }

    /// Sectors of a disk before the table.
    const fn head(self) -> usize {
        match self {
            Form::Fat32 => INFORMATION + 1,
            _ => 1,
        }
    }

    /// Sectors of a disk between the table and the clusters.
    const fn root(self) -> usize {
        match self {
            Form::Fat32 => 0,
            _ => 1,
        }
    }
}

/// How a volume of so many clusters is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    pub clusters: usize,
    /// In sectors of a disk.
    pub reserved: usize,
    pub table: usize,
}

impl Geometry {
    /// The first layout whose clusters and what comes before them take `total` sectors of a CD; none if they are too many.
    pub fn of(total: usize) -> Option<Geometry> {
        let mut head = 1;
        loop {
            let clusters = total.checked_sub(head)?;
            if clusters >= TOO_MANY {
                return None;
            }
            let form = Form::of(clusters);
            let table = table_bytes(clusters).div_ceil(SECTOR);
            let needed = form.head() + table + form.root();
            let has = head * CLUSTER / SECTOR;
            if needed <= has {
                let reserved = has - table - form.root();
                return Some(Geometry {
                    clusters,
                    reserved,
                    table,
                });
            }
            head += 1;
        }
    }

    pub const fn form(&self) -> Form {
        Form::of(self.clusters)
    }

    /// Whether the root directory is in the first cluster.
    pub const fn has_root_in_cluster(&self) -> bool {
        matches!(self.form(), Form::Fat32)
    }

    /// Where the table begins, from the volume's beginning, in bytes.
    pub const fn table_start(&self) -> usize {
        self.reserved * SECTOR
    }

    pub const fn root_start(&self) -> usize {
        (self.reserved + self.table) * SECTOR
    }

    /// Where the clusters begin.
    pub const fn clusters_start(&self) -> usize {
        self.root_start() + self.form().root() * SECTOR
    }

    /// The second sector of a volume that has one: where nothing is free, so that nothing is ever written there.
    pub fn information(&self) -> Option<(usize, Vec<u8>)> {
        self.has_root_in_cluster().then(|| {
            let mut written = vec![0; information::END];
            information::LEAD.put(&mut written, b"RRaA");
            information::STRUCTURE.put(&mut written, b"rrAa");
            information::NEXT.put(&mut written, &[0xff; 4]);
            information::TRAIL.put(&mut written, &[0, 0, 0x55, 0xaa]);
            (INFORMATION * SECTOR, written)
        })
    }

    /// The boot sector of a volume that has `hidden` sectors before it.
    ///
    /// # Panics
    /// A number does not fit in its field.
    pub fn boot_sector(&self, hidden: usize, serial: [u8; 4]) -> Vec<u8> {
        let sectors = self.clusters_start() / SECTOR + self.clusters * (CLUSTER / SECTOR);
        let (few, many) = match sectors {
            few @ ..=0xffff => (few, 0),
            many => (0, many),
        };
        let mut written = vec![0; boot_sector::END];
        for (field, bytes) in [
            // an endless loop, where there is no code to jump to
            (boot_sector::JUMP, &[0xeb, 0xfe, 0x90][..]),
            (boot_sector::SYSTEM, b"SCRATCHM"),
            (boot_sector::SIGNATURE, &[0x55, 0xaa]),
        ] {
            field.put(&mut written, bytes);
        }
        for (field, number) in [
            (boot_sector::SECTOR_SIZE, SECTOR),
            (boot_sector::CLUSTER_SIZE, CLUSTER / SECTOR),
            (boot_sector::RESERVED_SECTORS, self.reserved),
            (boot_sector::TABLES, 1),
            (boot_sector::FEW_SECTORS, few),
            (boot_sector::MEDIUM, MEDIUM),
            (boot_sector::TRACK_SECTORS, 63),
            (boot_sector::HEADS, 255),
            (boot_sector::HIDDEN_SECTORS, hidden),
            (boot_sector::MANY_SECTORS, many),
        ] {
            field.put_number(&mut written, number);
        }
        let (drive, extended, texts) = match self.has_root_in_cluster() {
            true => {
                for (field, number) in [
                    (boot_sector_32::TABLE_SECTORS, self.table),
                    (boot_sector_32::ROOT, FIRST_CLUSTER),
                    (boot_sector_32::INFORMATION, INFORMATION),
                ] {
                    field.put_number(&mut written, number);
                }
                use boot_sector_32 as own;
                (
                    own::DRIVE,
                    own::EXTENDED,
                    [own::SERIAL, own::LABEL, own::KIND],
                )
            }
            false => {
                boot_sector::ROOT_ENTRIES.put_number(&mut written, ROOT_ENTRIES);
                boot_sector::TABLE_SECTORS.put_number(&mut written, self.table);
                use boot_sector as own;
                (
                    own::DRIVE,
                    own::EXTENDED,
                    [own::SERIAL, own::LABEL, own::KIND],
                )
            }
        };
        drive.put_number(&mut written, DRIVE);
        extended.put_number(&mut written, EXTENDED);
        for (field, text) in
            texts
                .into_iter()
                .zip([&serial[..], b"NO NAME    ", self.form().name()])
        {
            field.put(&mut written, text);
        }
        written
    }

    /// The table in which each of `chains`, first cluster and number of clusters, has its clusters one behind the other.
    /// Every other cluster is marked as bad, so that nothing is ever written there.
    pub fn table(&self, chains: &[(usize, usize)]) -> Vec<u8> {
        let (end, bad) = match self.form() {
            Form::Fat12 => (0xfff, 0xff7),
            Form::Fat16 => (0xffff, 0xfff7),
            Form::Fat32 => (0x0fff_ffff, 0x0fff_fff7),
        };
        let mut next = vec![bad; FIRST_CLUSTER + self.clusters];
        next[0] = end - 0xff + MEDIUM;
        next[1] = end;
        for (first, count) in chains {
            let chain = &mut next[*first..first + count];
            for (index, cluster) in chain.iter_mut().enumerate() {
                let is_last = index + 1 == *count;
                *cluster = if is_last { end } else { first + index + 1 };
            }
        }
        let mut table = Vec::with_capacity(self.table * SECTOR);
        match self.form() {
            // two entries in three bytes
            Form::Fat12 => {
                for pair in next.chunks(2) {
                    let both = pair[0] | (pair.get(1).copied().unwrap_or(0) << 12);
                    table.extend(&(both as u32).to_le_bytes()[..3]);
                }
            }
            Form::Fat16 => table.extend(next.iter().flat_map(|it| (*it as u16).to_le_bytes())),
            Form::Fat32 => table.extend(next.iter().flat_map(|it| (*it as u32).to_le_bytes())),
        }
        table.resize(self.table * SECTOR, 0);
        table
    }
}

fn table_bytes(clusters: usize) -> usize {
    let entries = FIRST_CLUSTER + clusters;
    match Form::of(clusters) {
        Form::Fat12 => entries.div_ceil(2) * 3,
        Form::Fat16 => entries * 2,
        Form::Fat32 => entries * 4,
    }
}

/// How many clusters so many bytes take.
pub const fn clusters_of(bytes: usize) -> usize {
    bytes.div_ceil(CLUSTER)
}

/// The name `BOOTX64.EFI` as an entry has it, `BOOTX64 EFI`.
///
/// # Panics
/// It is not of eight letters, a point and three more at most.
pub fn name(text: &str) -> [u8; 11] {
    let (stem, extension) = text.split_once('.').unwrap_or((text, ""));
    let padded = format!("{stem:8}{extension:3}");
    padded
        .as_bytes()
        .try_into()
        .unwrap_or_else(|_| panic!("{text} is too long for a name"))
}

fn entry(name: &[u8], attributes: usize, cluster: usize, size: usize) -> Vec<u8> {
    let mut written = vec![0; entry::END];
    entry::NAME.put(&mut written, name);
    for (field, number) in [
        (entry::ATTRIBUTES, attributes),
        (entry::HIGH_CLUSTER, cluster >> 16),
        (entry::CLUSTER, cluster & 0xffff),
        (entry::SIZE, size),
    ] {
        field.put_number(&mut written, number);
    }
    entry::CREATED.put(&mut written, EPOCH);
    entry::READ.put(&mut written, &EPOCH[2..]);
    entry::WRITTEN.put(&mut written, EPOCH);
    written
}

pub fn file(text: &str, cluster: usize, size: usize) -> Vec<u8> {
    entry(&name(text), READ_ONLY, cluster, size)
}

pub fn subdirectory(text: &str, cluster: usize) -> Vec<u8> {
    entry(&name(text), DIRECTORY, cluster, 0)
}

/// A directory that is not the root: itself, the one above (none is the root), and what is in it.
pub fn directory(own: usize, above: Option<usize>, entries: &[Vec<u8>]) -> Vec<u8> {
    [
        entry(b".          ", DIRECTORY, own, 0),
        entry(b"..         ", DIRECTORY, above.unwrap_or(0), 0),
        entries.concat(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_begin_at_a_sector_of_a_cd_and_nothing_overlaps() {
        for total in [
            2, 10, 1200, 4086, 4087, 4089, 4090, 4100, 20_000, 65_000, 65_588, 65_590, 65_600,
            65_660, 100_000,
        ] {
            let geometry = Geometry::of(total).unwrap();
            assert_eq!(geometry.clusters_start() % CLUSTER, 0, "{geometry:?}");
            assert!(geometry.reserved >= 1, "{geometry:?}");
            let sectors = geometry.clusters_start() / CLUSTER + geometry.clusters;
            assert_eq!(sectors, total, "{geometry:?}");
            let table = geometry.table(&[]);
            assert_eq!(table.len(), geometry.table * SECTOR);
        }
        assert_eq!(Geometry::of(0), None);
        assert_eq!(Geometry::of(1 << 28), None);
    }

    #[test]
    fn a_chain_leads_from_cluster_to_cluster_and_all_others_are_bad() {
        let geometry = Geometry::of(10).unwrap();
        let table = geometry.table(&[(3, 3)]);
        let next = |cluster: usize| {
            let at = cluster / 2 * 3;
            let both = crate::layout::little_endian(&table[at..at + 3]);
            (both >> (cluster % 2 * 12)) & 0xfff
        };
        let entries: Vec<usize> = (0..8).map(next).collect();
        assert_eq!(entries, [0xff8, 0xfff, 0xff7, 4, 5, 0xfff, 0xff7, 0xff7]);
    }

    #[test]
    fn a_name_is_padded_with_blanks() {
        assert_eq!(&name("BOOTX64.EFI"), b"BOOTX64 EFI");
        assert_eq!(&name("INITRD"), b"INITRD     ");
    }

    #[test]
    fn a_volume_with_many_clusters_has_its_root_directory_in_the_first_one() {
        let geometry = Geometry::of(100_000).unwrap();
        assert_eq!(geometry.form(), Form::Fat32);
        assert_eq!(geometry.root_start(), geometry.clusters_start());
        let table = geometry.table(&[(2, 1), (70_000, 2)]);
        let next = |cluster: usize| crate::layout::little_endian(&table[cluster * 4..][..4]);
        assert_eq!(next(2), 0x0fff_ffff);
        assert_eq!(next(3), 0x0fff_fff7);
        assert_eq!(next(70_000), 70_001);
        assert_eq!(next(70_001), 0x0fff_ffff);
        let entry = file("INITRD", 70_000, 1);
        assert_eq!(entry::HIGH_CLUSTER.number(&entry, 0).unwrap(), 1);
        assert_eq!(entry::CLUSTER.number(&entry, 0).unwrap(), 70_000 - 65_536);
    }
}
