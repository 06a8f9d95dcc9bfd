//! A program for UEFI that has more sections put behind its own (PE32+: "PE Format" in Microsoft's documentation).

use crate::error::{Error, Result};
use crate::layout::layout;

layout! {
    /// The old header, as far as it leads on.
    dos {
        MAGIC = 0..2, Bytes, "magic";
        PE = 60..64, Little, "place of the PE header";
    }
}

layout! {
    /// Signature and COFF header.
    coff {
        SIGNATURE = 0..4, Bytes, "signature";
        MACHINE = 4..6, Little, "machine";
        SECTIONS = 6..8, Little, "number of sections";
        TIME = 8..12, Little, "time";
        SYMBOLS = 12..20, Bytes, "symbol table";
        OPTIONAL = 20..22, Little, "size of the optional header";
        FLAGS = 22..24, Little, "flags";
    }
}

layout! {
    /// The optional header, which every program has.
    optional {
        MAGIC = 0..2, Little, "magic";
        DATA = 8..12, Little, "size of initialized data";
        ALIGNMENT = 32..36, Little, "alignment in memory";
        FILE_ALIGNMENT = 36..40, Little, "alignment in the file";
        IMAGE = 56..60, Little, "size in memory";
        HEADERS = 60..64, Little, "size of the headers";
        CHECKSUM = 64..68, Little, "checksum";
    }
}

layout! {
    section {
        NAME = 0..8, Bytes, "name";
        SIZE = 8..12, Little, "size";
        PLACE = 12..16, Little, "place in memory";
        FILE_SIZE = 16..20, Little, "size in the file";
        FILE_PLACE = 20..24, Little, "place in the file";
        RELOCATIONS = 24..36, Bytes, "relocations and line numbers";
        FLAGS = 36..40, Little, "flags";
    }
}

const X86_64: usize = 0x8664;
const PE32_PLUS: usize = 0x20b;
/// Initialized data that is only read.
const DATA: usize = 0x4000_0040;

/// The program with `sections` behind its own, each by its name.
///
/// # Errors
/// It is not a program for UEFI on x86-64, or its headers have no room for so many sections.
pub fn with_sections(program: &[u8], sections: &[(&str, &[u8])]) -> Result<Vec<u8>> {
    let wrong = |message: &str| Error::new(0, message);
    if dos::MAGIC.bytes(program, 0)? != b"MZ" {
        return Err(wrong("it does not begin with MZ"));
    }
    let coff_at = dos::PE.number(program, 0)?;
    let optional_at = coff_at + coff::END;
    if coff::SIGNATURE.bytes(program, coff_at)? != b"PE\0\0"
        || coff::MACHINE.number(program, coff_at)? != X86_64
        || optional::MAGIC.number(program, optional_at)? != PE32_PLUS
    {
        return Err(wrong("it is not a program for UEFI on x86-64"));
    }
    let count = coff::SECTIONS.number(program, coff_at)?;
    let table = optional_at + coff::OPTIONAL.number(program, coff_at)?;
    let alignment = optional::ALIGNMENT.number(program, optional_at)?;
    let file_alignment = optional::FILE_ALIGNMENT.number(program, optional_at)?;
    if !alignment.is_power_of_two() || !file_alignment.is_power_of_two() {
        return Err(wrong("its alignments are not powers of two"));
    }
    let table_end = table + (count + sections.len()) * section::END;
    if table_end > optional::HEADERS.number(program, optional_at)? {
        return Err(wrong("its headers have no room for more sections"));
    }

    let mut memory_end = 0;
    for index in 0..count {
        let at = table + index * section::END;
        let end = section::PLACE.number(program, at)? + section::SIZE.number(program, at)?;
        memory_end = memory_end.max(end);
    }
    let mut written = program.to_vec();
    let mut data = optional::DATA.number(program, optional_at)?;
    for (index, (name, bytes)) in sections.iter().enumerate() {
        let place = memory_end.next_multiple_of(alignment);
        memory_end = place + bytes.len();
        written.resize(written.len().next_multiple_of(file_alignment), 0);
        let file_place = written.len();
        let file_size = bytes.len().next_multiple_of(file_alignment);
        written.extend(*bytes);
        written.resize(file_place + file_size, 0);
        data += file_size;
        let header = &mut written[table + (count + index) * section::END..][..section::END];
        header.fill(0);
        section::NAME.put(header, name.as_bytes());
        for (field, number) in [
            (section::SIZE, bytes.len()),
            (section::PLACE, place),
            (section::FILE_SIZE, file_size),
            (section::FILE_PLACE, file_place),
            (section::FLAGS, DATA),
        ] {
            field.put_number(header, number);
        }
    }
    coff::SECTIONS.put_number(&mut written[coff_at..], count + sections.len());
    for (field, number) in [
        (optional::DATA, data),
        (optional::IMAGE, memory_end.next_multiple_of(alignment)),
        // of what was there before; firmware does not ask for one
        (optional::CHECKSUM, 0),
    ] {
        field.put_number(&mut written[optional_at..], number);
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const COFF: usize = 64;
    const OPTIONAL: usize = COFF + coff::END;
    const TABLE: usize = OPTIONAL + 112;
    const HEADERS: usize = 1024;

    /// A program with one section of `size` bytes.
    fn program(size: usize) -> Vec<u8> {
        let mut bytes = vec![0; HEADERS + size];
        dos::MAGIC.put(&mut bytes, b"MZ");
        dos::PE.put_number(&mut bytes, COFF);
        coff::SIGNATURE.put(&mut bytes[COFF..], b"PE\0\0");
        coff::MACHINE.put_number(&mut bytes[COFF..], X86_64);
        coff::SECTIONS.put_number(&mut bytes[COFF..], 1);
        coff::OPTIONAL.put_number(&mut bytes[COFF..], TABLE - OPTIONAL);
        optional::MAGIC.put_number(&mut bytes[OPTIONAL..], PE32_PLUS);
        optional::ALIGNMENT.put_number(&mut bytes[OPTIONAL..], 4096);
        optional::FILE_ALIGNMENT.put_number(&mut bytes[OPTIONAL..], 512);
        optional::HEADERS.put_number(&mut bytes[OPTIONAL..], HEADERS);
        optional::CHECKSUM.put_number(&mut bytes[OPTIONAL..], 7);
        section::PLACE.put_number(&mut bytes[TABLE..], 4096);
        section::SIZE.put_number(&mut bytes[TABLE..], size);
        section::FILE_PLACE.put_number(&mut bytes[TABLE..], HEADERS);
        bytes
    }

    #[test]
    fn sections_follow_each_other_in_the_file_and_in_memory() {
        let long = vec![7; 5000];
        let made = with_sections(&program(100), &[(".one", b"x"), (".other", &long)]).unwrap();
        let number = |field: crate::layout::Field, at| field.number(&made, at).unwrap();
        assert_eq!(number(coff::SECTIONS, COFF), 3);
        let (one, other) = (TABLE + section::END, TABLE + 2 * section::END);
        assert_eq!(section::NAME.bytes(&made, other).unwrap(), b".other\0\0");
        assert_eq!(number(section::PLACE, one), 8192);
        assert_eq!(number(section::PLACE, other), 12288);
        assert_eq!(number(optional::IMAGE, OPTIONAL), 20480);
        assert_eq!(number(optional::DATA, OPTIONAL), 512 + 5120);
        assert_eq!(number(optional::CHECKSUM, OPTIONAL), 0);
        let place = number(section::FILE_PLACE, other);
        assert_eq!(place % 512, 0);
        assert_eq!(made[place..place + 5000], long);
        assert_eq!(made.len(), place + 5120);
    }

    #[test]
    fn more_sections_than_the_headers_have_room_for_are_refused() {
        let sections = [(".one", &b"x"[..]); 40];
        let error = with_sections(&program(1), &sections).unwrap_err();
        assert!(error.message.contains("no room"), "{error}");
    }

    #[test]
    fn a_program_for_another_processor_is_refused() {
        let mut bytes = program(1);
        coff::MACHINE.put_number(&mut bytes[COFF..], 0xaa64);
        assert!(with_sections(&bytes, &[]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(
            at in 0usize..HEADERS + 8, value: u8, cut in 0usize..HEADERS + 8
        ) {
            let mut bytes = program(8);
            bytes[at] = value;
            bytes.truncate(cut);
            let _ = with_sections(&bytes, &[(".x", b"x")]);
        }
    }
}
