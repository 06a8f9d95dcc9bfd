//! What a BIOS reads to start from a CD: the boot catalogue and the program that it names.

use std::ops::Range;

use crate::fields::{byte, is_zero, slice, u16_le, u32_le};
use crate::iso9660::{Descriptor, SECTOR, Volume};
use crate::{Error, Result, limits};

const NAME: &[u8] = b"EL TORITO SPECIFICATION";
/// Where a boot loader for CDs finds its own place (`-boot-info-table`).
pub const BOOT_INFO: Range<usize> = 8..64;

#[derive(Debug)]
pub struct Catalogue {
    pub range: Range<usize>,
    /// Where the programs are that a BIOS would start.
    pub programs: Vec<usize>,
}

pub fn parse(bytes: &[u8], volume: &Volume) -> Result<Option<Catalogue>> {
    let Some((record, _)) = volume
        .descriptors
        .iter()
        .find(|(_, kind)| *kind == Descriptor::BootRecord)
    else {
        return Ok(None);
    };
    if !slice(bytes, record + 7, 32, "a boot record")?.starts_with(NAME) {
        return Err(Error::new(
            record + 7,
            "a boot record that is not El Torito's",
        ));
    }
    let start =
        (u32_le(bytes, record + 71, "the boot catalogue's place")? as usize).saturating_mul(SECTOR);
    let what = "the boot catalogue";
    let validation = slice(bytes, start, 32, what)?;
    let sum = validation.chunks_exact(2).fold(0u16, |sum, word| {
        sum.wrapping_add(u16::from_le_bytes([word[0], word[1]]))
    });
    if validation[0] != 1 || validation[30..] != [0x55, 0xaa] || sum != 0 {
        return Err(Error::new(
            start,
            "the boot catalogue's first entry does not validate it",
        ));
    }
    let mut programs = Vec::new();
    let mut at = start + 32;
    for _ in 0..limits::FEW {
        match byte(bytes, at, what)? {
            0x88 => {
                let place = u32_le(bytes, at + 8, what)? as usize;
                let sectors = usize::from(u16_le(bytes, at + 6, what)?);
                let program = place.saturating_mul(SECTOR);
                slice(
                    bytes,
                    program,
                    sectors * 512,
                    "the boot catalogue's program",
                )?;
                programs.push(program);
            }
            0x90 | 0x91 => (),
            _ => break,
        }
        at += 32;
    }
    if programs.is_empty() {
        return Err(Error::new(
            start + 32,
            "the boot catalogue has nothing to start",
        ));
    }
    Ok(Some(Catalogue {
        range: start..at,
        programs,
    }))
}

/// Is the boot info table in `program`, which lies at `place`, what such a table must be?
pub fn has_boot_info(program: &[u8], place: usize) -> bool {
    let field = |at| u32_le(program, at, "").ok();
    let sum = program
        .get(BOOT_INFO.end..)
        .unwrap_or_default()
        .chunks(4)
        .fold(0u32, |sum, word| {
            let mut padded = [0; 4];
            padded[..word.len()].copy_from_slice(word);
            sum.wrapping_add(u32::from_le_bytes(padded))
        });
    field(8) == Some(16)
        && field(12).map(|sector| sector as usize * SECTOR) == Some(place)
        && field(16).map(|length| length as usize) == Some(program.len())
        && field(20) == Some(sum)
        && is_zero(&program[24..64])
}
