//! The boot info table: where a boot loader for CDs finds its own place, written into its file by whoever makes the
//! image (mkisofs' `-boot-info-table`).

use std::ops::Range;

use crate::iso9660::descriptors;
use crate::iso9660::sector::{SECTOR, offset};
use crate::layout::{is_zero, layout};

layout! {
    /// From the file's beginning.
    table {
        DESCRIPTOR = 8..12, Little, "boot info table: sector of the volume descriptor";
        FILE = 12..16, Little, "boot info table: sector of this file";
        FILE_LENGTH = 16..20, Little, "boot info table: length of this file";
        CHECKSUM = 20..24, Little, "boot info table: checksum of this file";
        RESERVED = 24..64, Bytes, "boot info table: reserved field";
    }
}

/// All of it.
pub const RANGE: Range<usize> = table::DESCRIPTOR.start..table::END;

/// Is the table in `program`, which lies at `place`, what such a table must be?
pub fn is_valid(program: &[u8], place: usize) -> bool {
    let number = |field: crate::layout::Field| field.number(program, 0).ok();
    number(table::DESCRIPTOR) == Some(descriptors::START / SECTOR)
        && number(table::FILE).map(offset) == Some(place)
        && number(table::FILE_LENGTH) == Some(program.len())
        && number(table::CHECKSUM) == Some(checksum(program))
        && table::RESERVED.bytes(program, 0).is_ok_and(is_zero)
}

/// The sum of all words behind the table.
fn checksum(program: &[u8]) -> usize {
    let words = program.get(table::END..).unwrap_or_default().chunks(4);
    words.fold(0u32, |sum, word| {
        let mut padded = [0; 4];
        padded[..word.len()].copy_from_slice(word);
        sum.wrapping_add(u32::from_le_bytes(padded))
    }) as usize
}

/// The program with zeros where the table is; none if it is too short for one.
pub fn without(program: &[u8]) -> Option<Vec<u8>> {
    let mut without = program.to_vec();
    without.get_mut(RANGE)?.fill(0);
    Some(without)
}

/// Write the table of a program that will lie at `sector`.
///
/// # Panics
/// The program is too short for a table, or too long for it.
pub fn write(program: &mut [u8], sector: usize) {
    program[RANGE].fill(0);
    for (field, number) in [
        (table::DESCRIPTOR, descriptors::START / SECTOR),
        (table::FILE, sector),
        (table::FILE_LENGTH, program.len()),
        (table::CHECKSUM, checksum(program)),
    ] {
        field.put_number(program, number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_that_was_written_is_valid_where_its_program_lies() {
        let mut program = vec![0x90; 301];
        write(&mut program, 25);
        assert!(is_valid(&program, 25 * SECTOR));
        assert!(!is_valid(&program, 26 * SECTOR));
        program[300] ^= 1;
        assert!(!is_valid(&program, 25 * SECTOR));
    }

    #[test]
    fn a_program_that_ends_within_its_table_has_none() {
        let mut program = vec![0; 64];
        write(&mut program, 25);
        for length in (0..64).rev() {
            program.truncate(length);
            if length >= table::CHECKSUM.start {
                table::FILE_LENGTH.put_number(&mut program, length);
            }
            assert!(!is_valid(&program, 25 * SECTOR), "{length} bytes");
        }
    }
}
