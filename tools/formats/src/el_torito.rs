//! El Torito: what a BIOS reads to start from a CD, the boot catalogue and the program that it names.

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
/// Sectors to load are those of a disk.
const LOADED_SECTOR: usize = 512;

#[derive(Debug)]
pub struct Catalogue {
    pub range: Range<usize>,
    /// Where the programs are that a BIOS would start.
    pub programs: Vec<usize>,
}

/// The fields of a catalogue with one program.
pub fn fields() -> impl Iterator<Item = Field> {
    let entry = entry::FIELDS.iter().map(|it| it.within(validation::END));
    validation::FIELDS.iter().copied().chain(entry)
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
    let mut programs = Vec::new();
    let mut at = start + validation::END;
    for _ in 0..limits::BOOT_ENTRIES {
        match entry::BOOT_INDICATOR.number(bytes, at)? {
            BOOTABLE => {
                let program = offset(entry::SECTOR.number(bytes, at)?);
                let length = entry::SECTORS.number(bytes, at)? * LOADED_SECTOR;
                slice(bytes, program, length, "the boot catalogue's program")?;
                programs.push(program);
            }
            SECTION | LAST_SECTION => (),
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
