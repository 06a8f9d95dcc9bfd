//! The layer: settings as the archive that the boot loader loads behind the initramfs. It holds one file, so that
//! nothing else of the machine can be in it, and has one form only, so that all of it can be told from its words.

use scratchmachine::config;

/// Why an area could not be written or read.
#[derive(Debug, PartialEq, Eq)]
pub enum Error {
    TooLong {
        needed: usize,
        room: usize,
    },
    /// Something is there that is no layer.
    Foreign,
}

/// The area of `size` bytes with a file that holds `text`; no text is no archive.
///
/// # Errors
/// There is not enough room for it.
pub fn encode(text: &str, size: usize) -> Result<Vec<u8>, Error> {
    let mut area = Vec::new();
    if !text.is_empty() {
        append(&mut area, config::LAYER.trim_start_matches('/'), text);
        append(&mut area, "TRAILER!!!", "");
    }
    if area.len() > size {
        let around = area.len() - padded(text.len());
        return Err(Error::TooLong {
            needed: text.len(),
            room: size.saturating_sub(around),
        });
    }
    area.resize(size, 0);
    Ok(area)
}

/// The text of the file in the area; empty if there is none.
///
/// # Errors
/// The area is not what [`encode`] makes of any text.
pub fn decode(area: &[u8]) -> Result<String, Error> {
    if area.iter().all(|byte| *byte == 0) {
        return Ok(String::new());
    }
    let text = text_of_first_file(area).ok_or(Error::Foreign)?;
    match encode(text, area.len()) {
        Ok(canonical) if canonical == area => Ok(text.to_owned()),
        _ => Err(Error::Foreign),
    }
}

const HEADER: usize = 110;

/// A member of a `newc` archive (the kernel's Documentation/driver-api/early-userspace/buffer-format.rst): a file
/// that everybody may read, of root, of the beginning of time.
fn append(archive: &mut Vec<u8>, name: &str, text: &str) {
    let is_file = u32::from(!text.is_empty());
    let fields = [
        is_file,               // inode
        is_file * 0o100_444,   // mode
        0,                     // user
        0,                     // group
        1,                     // links
        0,                     // time
        text.len() as u32,     // file size
        0,                     // device: major
        0,                     // and minor
        0,                     // device that it stands for: major
        0,                     // and minor
        name.len() as u32 + 1, // name size, with its NUL
        0,                     // checksum
    ];
    archive.extend(b"070701");
    for field in fields {
        archive.extend(format!("{field:08X}").bytes());
    }
    archive.extend(name.bytes());
    archive.push(0);
    archive.resize(padded(archive.len()), 0);
    archive.extend(text.bytes());
    archive.resize(padded(archive.len()), 0);
}

fn text_of_first_file(area: &[u8]) -> Option<&str> {
    let field = |index: usize| {
        let start = 6 + index * 8;
        let digits = std::str::from_utf8(area.get(start..start + 8)?).ok()?;
        usize::from_str_radix(digits, 16).ok()
    };
    let (size, name_size) = (field(6)?, field(11)?);
    let start = padded(HEADER.checked_add(name_size)?);
    std::str::from_utf8(area.get(start..start.checked_add(size)?)?).ok()
}

/// Names and contents end at a multiple of four.
fn padded(length: usize) -> usize {
    length.next_multiple_of(4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: usize = 4096;

    #[test]
    fn no_settings_are_zeros_and_zeros_are_no_settings() {
        assert_eq!(encode("", SIZE).unwrap(), vec![0; SIZE]);
        assert_eq!(decode(&[0; SIZE]).unwrap(), "");
    }

    #[test]
    fn the_last_byte_of_the_room_can_be_used_and_the_next_one_is_too_many() {
        let Err(Error::TooLong { needed, room }) = encode(&"x".repeat(SIZE), SIZE) else {
            panic!("4096 bytes fit into 4096 bytes with a header");
        };
        assert_eq!(needed, SIZE);
        let full = "x".repeat(room);
        assert_eq!(decode(&encode(&full, SIZE).unwrap()).unwrap(), full);
        assert!(encode(&"x".repeat(room + 1), SIZE).is_err());
    }

    #[test]
    fn an_area_in_which_any_byte_was_changed_is_not_taken_for_settings() {
        let text = "ip=off\n";
        let good = encode(text, SIZE).unwrap();
        let at = good
            .windows(text.len())
            .position(|it| it == text.as_bytes());
        let text = at.unwrap()..at.unwrap() + text.len();
        for index in (0..SIZE).filter(|index| !text.contains(index)) {
            let mut bad = good.clone();
            bad[index] ^= 1;
            assert_eq!(decode(&bad), Err(Error::Foreign), "byte {index}");
        }
    }

    proptest! {
        #[test]
        fn any_text_that_fits_comes_out_as_it_went_in(text in "[^\0]{0,500}") {
            prop_assert_eq!(decode(&encode(&text, SIZE).unwrap()).unwrap(), text);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(mut area: Vec<u8>, begins_well: bool) {
            if begins_well {
                area.splice(..0, *b"070701");
            }
            let _ = decode(&area);
        }
    }
}
