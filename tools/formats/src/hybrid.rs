//! What makes an ISO of ours a disk as well, and start under UEFI as under a BIOS: it is all in the 32 kB that ISO 9660
//! leaves to the system, and in the boot catalogue. An image whose FAT does not fit there has a file for it, which has to
//! be the first one.
//!
//! ```text
//! sector 0         master boot record: a BIOS starts isolinux from a disk; one partition, from the FAT to the end
//! sector 0 to 8    nothing, or a GPT for those who want one
//! sector 9 …       FAT: boot sector, table, root directory
//!   then           \EFI, \EFI\BOOT, \EFI\BOOT\BOOTX64.EFI
//! sector 16 …      the ISO. The other files of the FAT are files of the ISO, in the same bytes.
//! at the end       nothing, or the GPT once more
//! ```
//!
//! All but the boot code and the program follows from the ISO, so that whoever reads an image writes it once more and
//! compares.

use std::fmt;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::fat::{self, Geometry};
use crate::iso9660::descriptors::{self, Descriptor};
use crate::iso9660::sector::{SECTOR, offset};
use crate::iso9660::volume::Volume;
use crate::layout::slice;
use crate::{gpt, mbr, sha256};

/// The sectors before the ISO that are left by the master boot record and a GPT.
pub const SYSTEM_AREA: Range<usize> =
    (gpt::FIRST_USABLE * mbr::SECTOR).div_ceil(SECTOR)..descriptors::START / SECTOR;
/// The file of the ISO in which the FAT is if the system area has no room for it.
pub const ROOM: &str = "/efi";

/// The sectors of the system area, or of the file for it, that the FAT has for itself.
fn room(volume: &Volume) -> Range<usize> {
    match volume.file(ROOM) {
        Some(file) => file.range.start / SECTOR..file.range.end / SECTOR,
        None => SYSTEM_AREA,
    }
}

/// Where the FAT of an image begins, in bytes.
pub fn start(volume: &Volume) -> usize {
    offset(room(volume).start)
}

/// The isolinux whose sector the master boot record names.
pub const LOADER: &str = "/isolinux/isolinux.bin";
pub const BOOT_CODE: &str = "boot code of the master boot record";
pub const PROGRAM: &str = r"\EFI\BOOT\BOOTX64.EFI";

/// The files that an image has under UEFI, as the ISO has them. The kernel's stub puts files one behind the other, and an
/// archive has to begin at a multiple of four: so the first archive has the zeros behind it as well.
const FILES: [(&str, &str, bool); 4] = [
    ("BZIMAGE", "/bzImage", false),
    ("INITRD", "/initrd", true),
    ("SETTINGS", "/settings", false),
    ("ISOLINUX.CFG", "/isolinux/isolinux.cfg", false),
];

/// A structure of the system area.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    BootCode,
    MasterBootRecord,
    GptHeader,
    GptPartitions,
    BootSector,
    Information,
    Table,
    Directory(&'static str),
    Program,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::BootCode => formatter.write_str(BOOT_CODE),
            Kind::MasterBootRecord => formatter.write_str("master boot record"),
            Kind::GptHeader => formatter.write_str("GPT header"),
            Kind::GptPartitions => formatter.write_str("GPT partitions"),
            Kind::BootSector => formatter.write_str("FAT boot sector"),
            Kind::Information => formatter.write_str("FAT information sector"),
            Kind::Table => formatter.write_str("FAT"),
            Kind::Directory(path) => write!(formatter, "FAT directory {path}"),
            Kind::Program => formatter.write_str(PROGRAM),
        }
    }
}

pub struct Piece {
    pub kind: Kind,
    /// Where it is in the image.
    pub at: usize,
    pub bytes: Vec<u8>,
}

impl Piece {
    pub fn range(&self) -> Range<usize> {
        self.at..self.at + self.bytes.len()
    }
}

/// The sectors that a FAT has for itself in a volume of so many sectors, with this many bytes of a program.
///
/// # Errors
/// There is no FAT of that size.
pub fn sectors_of_fat(sectors: usize, program: usize) -> Result<usize> {
    let geometry = geometry(sectors)?;
    let directories = usize::from(geometry.has_root_in_cluster()) + 2;
    Ok(geometry.clusters_start() / SECTOR + directories + fat::clusters_of(program))
}

fn geometry(sectors: usize) -> Result<Geometry> {
    Geometry::of(sectors).ok_or_else(|| Error::new(0, "the image is too large for a FAT"))
}

/// The pieces of an image that has this boot code and program.
///
/// # Errors
/// The ISO lacks a file, or is too large for this layout.
pub fn pieces(bytes: &[u8], volume: &Volume, code: &[u8], program: &[u8]) -> Result<Vec<Piece>> {
    let mut pieces = partitions(bytes, volume, code)?;
    pieces.extend(file_system(bytes, volume, program)?);
    Ok(pieces)
}

/// Whether the disk has a GPT.
fn has_gpt(bytes: &[u8]) -> bool {
    bytes
        .get(gpt::PLACE * mbr::SECTOR..)
        .is_some_and(|it| it.starts_with(gpt::SIGNATURE))
}

/// What says where the FAT is: a master boot record, and a GPT if the disk has one.
fn partitions(bytes: &[u8], volume: &Volume, code: &[u8]) -> Result<Vec<Piece>> {
    let loader = volume.file(LOADER).map(|file| file.range.start);
    let loader = loader.ok_or_else(|| Error::new(0, format!("the image has no {LOADER}")))?;
    let loader = loader / mbr::SECTOR;
    let start = room(volume).start * (SECTOR / mbr::SECTOR);
    let length = volume.length / mbr::SECTOR - start;
    let number = number_of(bytes, volume)?;
    let mut pieces = Vec::new();
    let record = if has_gpt(bytes) {
        let sectors = bytes.len() / mbr::SECTOR;
        if bytes.len() % mbr::SECTOR != 0 || sectors < start + length + gpt::SECTORS {
            return Err(Error::new(0, "the disk has no room for its second GPT"));
        }
        let disk = gpt::Disk {
            sectors,
            start,
            length,
            disk: guid(bytes, volume, "disk")?,
            partition: guid(bytes, volume, "partition")?,
        };
        for table in gpt::write(&disk) {
            for (kind, (sector, bytes)) in [
                (Kind::GptHeader, table.header),
                (Kind::GptPartitions, table.entries),
            ] {
                let at = sector * mbr::SECTOR;
                pieces.push(Piece { kind, at, bytes });
            }
        }
        mbr::write(
            code,
            loader,
            number,
            mbr::Kind::Protective,
            (1, sectors - 1),
        )
    } else {
        mbr::write(code, loader, number, mbr::Kind::EfiSystem, (start, length))
    };
    let code = mbr::record::CODE.range();
    for (kind, range) in [
        (Kind::BootCode, code.clone()),
        (Kind::MasterBootRecord, code.end..record.len()),
    ] {
        let (at, bytes) = (range.start, record[range].to_vec());
        pieces.push(Piece { kind, at, bytes });
    }
    Ok(pieces)
}

/// The FAT.
fn file_system(bytes: &[u8], volume: &Volume, program: &[u8]) -> Result<Vec<Piece>> {
    let wrong = |at: usize, why: &str| Error::new(at, why);
    let sectors = volume.length / SECTOR;
    let room = room(volume);
    let geometry = geometry(sectors.saturating_sub(room.start))?;
    let first = room.start + geometry.clusters_start() / SECTOR;
    let cluster = |sector: usize| fat::FIRST_CLUSTER + sector - first;
    let efi = first + usize::from(geometry.has_root_in_cluster());
    let (boot, executable) = (efi + 1, efi + 2);
    let program_clusters = fat::clusters_of(program.len());
    if executable + program_clusters > room.end {
        return Err(wrong(0, "the image has no room for its FAT"));
    }

    let mut root = vec![fat::subdirectory("EFI", cluster(efi))];
    let mut chains = vec![
        (cluster(efi), 1),
        (cluster(boot), 1),
        (cluster(executable), program_clusters),
    ];
    if geometry.has_root_in_cluster() {
        chains.push((cluster(first), 1));
    }
    for (name, path, is_padded) in FILES {
        let file = volume.file(path).ok_or_else(|| {
            Error::new(
                0,
                format!("the image has no {path}, which it needs under UEFI"),
            )
        })?;
        let count = fat::clusters_of(file.range.len());
        let start = file.range.start / SECTOR;
        if file.range.start % SECTOR != 0 || start < room.end || start + count > sectors {
            return Err(wrong(
                file.range.start,
                "a file that is not in sectors of its own",
            ));
        }
        let size = if is_padded {
            count * SECTOR
        } else {
            file.range.len()
        };
        root.push(fat::file(name, cluster(start), size));
        chains.push((cluster(start), count));
    }

    let volume_start = offset(room.start);
    let piece = |kind, at, bytes| Piece { kind, at, bytes };
    let mut pieces = vec![
        piece(
            Kind::BootSector,
            volume_start,
            geometry.boot_sector(volume_start / mbr::SECTOR, number_of(bytes, volume)?),
        ),
        piece(
            Kind::Table,
            volume_start + geometry.table_start(),
            geometry.table(&chains),
        ),
        piece(
            Kind::Directory(r"\"),
            volume_start + geometry.root_start(),
            root.concat(),
        ),
    ];
    if let Some((at, bytes)) = geometry.information() {
        pieces.push(piece(Kind::Information, volume_start + at, bytes));
    }
    let in_efi = [fat::subdirectory("BOOT", cluster(boot))];
    let in_boot = [fat::file("BOOTX64.EFI", cluster(executable), program.len())];
    for (kind, sector, bytes) in [
        (
            Kind::Directory(r"\EFI"),
            efi,
            fat::directory(cluster(efi), None, &in_efi),
        ),
        (
            Kind::Directory(r"\EFI\BOOT"),
            boot,
            fat::directory(cluster(boot), Some(cluster(efi)), &in_boot),
        ),
        (Kind::Program, executable, program.to_vec()),
    ] {
        pieces.push(piece(kind, offset(sector), bytes));
    }
    Ok(pieces)
}

/// The number of the disk and of the volume: the beginning of the hash of what the image calls itself.
fn number_of(bytes: &[u8], volume: &Volume) -> Result<[u8; 4]> {
    let hash = sha256::digest(name_of(bytes, volume)?);
    Ok(std::array::from_fn(|at| hash[at]))
}

/// A GUID for `use_`, as it is written on a disk: version 8, made of what the image calls itself (RFC 9562, section 5.8).
fn guid(bytes: &[u8], volume: &Volume, use_: &str) -> Result<[u8; 16]> {
    let hash = sha256::digest(&[name_of(bytes, volume)?, use_.as_bytes()].concat());
    let mut guid: [u8; 16] = std::array::from_fn(|at| hash[at]);
    // the first three numbers are little-endian there
    guid[7] = (guid[7] & 0x0f) | 0x80;
    guid[8] = (guid[8] & 0x3f) | 0x80;
    Ok(guid)
}

fn name_of<'a>(bytes: &'a [u8], volume: &Volume) -> Result<&'a [u8]> {
    let primary = volume.descriptor(Descriptor::Primary).unwrap_or_default();
    descriptors::volume::APPLICATION.bytes(bytes, primary)
}

/// The pieces that an image should have, by its own boot code and program, if its boot catalogue says that it is such a
/// one.
///
/// # Errors
/// They can't be.
pub fn expected(bytes: &[u8], volume: &Volume) -> Result<Vec<Piece>> {
    let code = mbr::record::CODE.bytes(bytes, 0)?;
    // where it is follows from the image's size, and how long it is says its entry
    let geometry = Geometry::of((volume.length / SECTOR).saturating_sub(room(volume).start));
    let efi = geometry.map_or(0, |it| {
        let root = usize::from(it.has_root_in_cluster()) * SECTOR;
        start(volume) + it.clusters_start() + root
    });
    let entry = efi + SECTOR + 2 * fat::entry::END;
    let size = fat::entry::SIZE.number(bytes, entry)?;
    let program = slice(bytes, efi + 2 * SECTOR, size, PROGRAM)?;
    pieces(bytes, volume, code, program)
}

/// Give a disk a GPT, at its beginning and at its end, where there must be room for it.
///
/// # Errors
/// There is none, or the disk is none of ours.
pub fn add_gpt(disk: &mut [u8]) -> Result<()> {
    let volume = Volume::parse(disk)?;
    let code = mbr::record::CODE.bytes(disk, 0)?.to_vec();
    let start = gpt::PLACE * mbr::SECTOR;
    let area = &disk[start..offset(SYSTEM_AREA.start)];
    if !crate::layout::is_zero(area) || !crate::layout::is_zero(&disk[volume.length..]) {
        return Err(Error::new(start, "there is something where a GPT would be"));
    }
    gpt::header::SIGNATURE.put(&mut disk[start..], gpt::SIGNATURE);
    for piece in partitions(disk, &volume, &code)? {
        disk[piece.range()].copy_from_slice(&piece.bytes);
    }
    Ok(())
}
