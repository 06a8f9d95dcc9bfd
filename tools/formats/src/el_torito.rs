//! El Torito: what a BIOS or UEFI reads to start from a CD, the boot catalogue and what it names.

use std::ops::Range;

use crate::error::{Error, Result};
use crate::iso9660::descriptors::{Descriptor, boot_record};
use crate::iso9660::sector::offset;
use crate::iso9660::volume::Volume;
use crate::layout::{Field, layout, slice};
use crate::limits;

pub const NAME: &[u8] = b"EL TORITO SPECIFICATION";

layout! {
    /// The first entry, by which the catalogue is known to be one.
    validation {
        HEADER = 0..1, Bytes, "first entry's header";
        PLATFORM = 1..2, Bytes, "platform";
        RESERVED = 2..4, Bytes, "reserved field";
        MANUFACTURER = 4..28, Bytes, "manufacturer";
        CHECKSUM = 28..30, Little, "checksum";
        SIGNATURE = 30..32, Bytes, "signature";
    }
}

layout! {
    /// What comes before the entries for another platform.
    section {
        HEADER = 0..1, Bytes, "section's header";
        PLATFORM = 1..2, Bytes, "section's platform";
        ENTRIES = 2..4, Little, "number of entries in the section";
        NAME = 4..32, Bytes, "section's name";
    }
}

layout! {
    /// A program to start.
    entry {
        BOOT_INDICATOR = 0..1, Bytes, "boot indicator";
        MEDIUM = 1..2, Bytes, "kind of boot medium";
        LOAD_SEGMENT = 2..4, Little, "load segment";
        SYSTEM = 4..6, Bytes, "system type and reserved field";
        SECTORS = 6..8, Little, "number of sectors to load";
        SECTOR = 8..12, Little, "sector of the boot loader";
        CRITERIA = 12..32, Bytes, "selection criteria";
    }
}

const HEADER: usize = 1;
const SIGNATURE: &[u8] = &[0x55, 0xaa];
const BOOTABLE: usize = 0x88;
const SECTION: usize = 0x90;
const LAST_SECTION: usize = 0x91;
const EFI: usize = 0xef;
/// Sectors to load are those of a disk.
const LOADED_SECTOR: usize = 512;

#[derive(Debug)]
pub struct Catalogue {
    pub range: Range<usize>,
    /// Where the programs are that a BIOS would start.
    pub programs: Vec<usize>,
    /// Where the volumes are in which UEFI looks for a program.
    pub volumes: Vec<usize>,
}

/// The fields of a catalogue with one program and one volume.
pub fn fields() -> impl Iterator<Item = Field> {
    [
        (0, validation::FIELDS),
        (validation::END, entry::FIELDS),
        (validation::END + entry::END, section::FIELDS),
        (validation::END + entry::END + section::END, entry::FIELDS),
    ]
    .into_iter()
    .flat_map(|(at, fields)| fields.iter().map(move |it| it.within(at)))
}

pub fn parse(bytes: &[u8], volume: &Volume) -> Result<Option<Catalogue>> {
    let Some(record) = volume.descriptor(Descriptor::BootRecord) else {
        return Ok(None);
    };
    if !boot_record::SYSTEM.bytes(bytes, record)?.starts_with(NAME) {
        return Err(Error::new(
            record + boot_record::SYSTEM.start,
            "a boot record that is not El Torito's",
        ));
    }
    let start = offset(boot_record::CATALOGUE.number(bytes, record)?);
    let first = slice(bytes, start, validation::END, "the boot catalogue")?;
    if validation::HEADER.number(first, 0)? != HEADER
        || validation::SIGNATURE.bytes(first, 0)? != SIGNATURE
        || sum(first) != 0
    {
        return Err(Error::new(
            start,
            "the boot catalogue's first entry does not validate it",
        ));
    }
    let (mut programs, mut volumes) = (Vec::new(), Vec::new());
    let mut platform = validation::PLATFORM.number(first, 0)?;
    let mut at = start + validation::END;
    for _ in 0..limits::BOOT_ENTRIES {
        match entry::BOOT_INDICATOR.number(bytes, at)? {
            // of no stated length: to the medium's end
            BOOTABLE if platform == EFI => {
                volumes.push(offset(entry::SECTOR.number(bytes, at)?));
            }
            BOOTABLE => {
                let program = offset(entry::SECTOR.number(bytes, at)?);
                let length = entry::SECTORS.number(bytes, at)? * LOADED_SECTOR;
                slice(bytes, program, length, "the boot catalogue's program")?;
                programs.push(program);
            }
            SECTION | LAST_SECTION => platform = section::PLATFORM.number(bytes, at)?,
            _ => break,
        }
        at += entry::END;
    }
    if programs.is_empty() {
        return Err(Error::new(
            start + validation::END,
            "the boot catalogue has nothing to start",
        ));
    }
    Ok(Some(Catalogue {
        range: start..at,
        programs,
        volumes,
    }))
}

/// The sum of all words, which is zero of a first entry.
fn sum(bytes: &[u8]) -> u16 {
    bytes.chunks_exact(2).fold(0u16, |sum, word| {
        sum.wrapping_add(u16::from_le_bytes([word[0], word[1]]))
    })
}

/// A catalogue of one program for a BIOS, at `sector`, of which it loads the first `loaded` sectors of 512 bytes.
///
/// # Panics
/// One of them does not fit in its field.
pub fn write(sector: usize, loaded: usize) -> Vec<u8> {
    let mut first = vec![0; validation::END];
    validation::HEADER.put_number(&mut first, HEADER);
    validation::SIGNATURE.put(&mut first, SIGNATURE);
    let checksum = sum(&first).wrapping_neg();
    validation::CHECKSUM.put_number(&mut first, usize::from(checksum));
    let mut program = vec![0; entry::END];
    for (field, number) in [
        (entry::BOOT_INDICATOR, BOOTABLE),
        (entry::SECTORS, loaded),
        (entry::SECTOR, sector),
    ] {
        field.put_number(&mut program, number);
    }
    [first, program].concat()
}

/// What follows such a catalogue where there is a volume for UEFI too, at `sector`. UEFI specification 2.10, section
/// 13.3.2.1: a length of 0 is all that follows.
///
/// # Panics
/// The sector does not fit in its field.
pub fn efi_section(sector: usize) -> Vec<u8> {
    let mut header = vec![0; section::END];
    for (field, number) in [
        (section::HEADER, LAST_SECTION),
        (section::PLATFORM, EFI),
        (section::ENTRIES, 1),
    ] {
        field.put_number(&mut header, number);
    }
    let mut volume = vec![0; entry::END];
    entry::BOOT_INDICATOR.put_number(&mut volume, BOOTABLE);
    entry::SECTOR.put_number(&mut volume, sector);
    [header, volume].concat()
}
