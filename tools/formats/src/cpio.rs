//! Archives as the kernel unpacks them: cpio's "newc" form.

use std::ops::Range;

use crate::fields::{is_zero, slice};
use crate::limits::Left;
use crate::names::shown;
use crate::{Error, Result, limits};

pub const MAGIC: &[u8] = b"070701";
const HEADER: usize = 110;
const TRAILER: &str = "TRAILER!!!";

#[derive(Clone, Debug)]
pub struct Member {
    /// As it is shown.
    pub name: String,
    pub mode: u32,
    /// The other twelve numbers of the header, by name.
    pub numbers: Vec<(&'static str, u32)>,
    /// Header and name, with what pads them.
    pub head: Range<usize>,
    pub data: Range<usize>,
}

impl Member {
    pub fn is_link(&self) -> bool {
        self.mode & 0o170_000 == 0o120_000
    }

    pub fn is_directory(&self) -> bool {
        self.mode & 0o170_000 == 0o040_000
    }

    pub fn is_file(&self) -> bool {
        self.mode & 0o170_000 == 0o100_000
    }
}

#[derive(Clone, Debug)]
pub struct Archive {
    pub members: Vec<Member>,
    pub trailer: Range<usize>,
}

const NUMBERS: [&str; 13] = [
    "inode",
    "mode",
    "user",
    "group",
    "links",
    "time",
    "size",
    "device's major",
    "device's minor",
    "own major",
    "own minor",
    "name's length",
    "checksum",
];

fn padded(at: usize) -> usize {
    at.next_multiple_of(4)
}

/// The archive that begins at `start`; it ends where its trailer does.
pub fn parse(bytes: &[u8], start: usize, left: &mut Left) -> Result<Archive> {
    let mut members: Vec<Member> = Vec::new();
    let mut names = std::collections::HashSet::new();
    let mut at = start;
    loop {
        let header = slice(bytes, at, HEADER, "a cpio header")?;
        if !header.starts_with(MAGIC) {
            return Err(Error::new(at, "no cpio header (070701) where one must be"));
        }
        let mut numbers = Vec::with_capacity(13);
        for (index, name) in NUMBERS.into_iter().enumerate() {
            let digits = &header[6 + index * 8..14 + index * 8];
            let number = std::str::from_utf8(digits)
                .ok()
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .and_then(|digits| u32::from_str_radix(digits, 16).ok())
                .ok_or_else(|| {
                    Error::new(
                        at + 6 + index * 8,
                        format!("the member's {name} is no number"),
                    )
                })?;
            numbers.push((name, number));
        }
        let (mode, size, name_length) =
            (numbers[1].1, numbers[6].1 as usize, numbers[11].1 as usize);
        if name_length == 0 || name_length > limits::PATH {
            return Err(Error::new(
                at,
                format!("a member's name of {name_length} bytes"),
            ));
        }
        let name = slice(bytes, at + HEADER, name_length, "a member's name")?;
        let (terminator, name) = name.split_last().unwrap_or((&1, &[]));
        if *terminator != 0 || name.contains(&0) {
            return Err(Error::new(
                at + HEADER,
                "a member's name does not end in its one zero",
            ));
        }
        let name = shown(name);
        let data = padded(at + HEADER + name_length);
        let gap = at + HEADER + name_length..data;
        if !is_zero(slice(bytes, gap.start, gap.len(), "padding")?) {
            return Err(Error::new(gap.start, "padding that is not zero"));
        }
        if name == TRAILER {
            if size != 0 {
                return Err(Error::new(at, "the trailer has contents"));
            }
            return Ok(Archive {
                members,
                trailer: at..data,
            });
        }
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(Error::new(
                at,
                format!("the member {name} would be unpacked outside the archive's own tree"),
            ));
        }
        if !left.take(&name) {
            return Err(Error::new(
                at,
                format!(
                    "more than {} members, or names that are too long",
                    limits::ENTRIES
                ),
            ));
        }
        slice(bytes, data, size, &format!("the member {name}"))?;
        if !names.insert(name.clone()) {
            return Err(Error::new(at, format!("a second member {name}")));
        }
        let end = padded(data + size);
        if !is_zero(slice(bytes, data + size, end - data - size, "padding")?) {
            return Err(Error::new(data + size, "padding that is not zero"));
        }
        members.push(Member {
            name,
            mode,
            numbers,
            head: at..data,
            data: data..data + size,
        });
        at = end;
    }
}

/// An archive of `members`, of root and of the beginning of time: name, mode, contents.
pub fn write(members: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, (name, mode, data)) in members
        .iter()
        .copied()
        .chain([(TRAILER, 0, &b""[..])])
        .enumerate()
    {
        bytes.extend_from_slice(MAGIC);
        let inode = if index < members.len() { index + 1 } else { 0 };
        let numbers = [
            inode,
            mode as usize,
            0,
            0,
            1,
            0,
            data.len(),
            0,
            0,
            0,
            0,
            name.len() + 1,
            0,
        ];
        for number in numbers {
            bytes.extend_from_slice(format!("{number:08X}").as_bytes());
        }
        bytes.extend_from_slice(name.as_bytes());
        bytes.push(0);
        bytes.resize(padded(bytes.len()), 0);
        bytes.extend_from_slice(data);
        bytes.resize(padded(bytes.len()), 0);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_have_their_names_and_contents() {
        let bytes = write(&[("dev", 0o040_755, b""), ("init", 0o100_755, b"hello")]);
        let archive = parse(&bytes, 0, &mut Left::default()).unwrap();
        assert_eq!(archive.members[1].name, "init");
        assert_eq!(&bytes[archive.members[1].data.clone()], b"hello");
        assert_eq!(archive.trailer.end, bytes.len());
    }

    #[test]
    fn names_that_lead_outside_are_refused() {
        for name in ["../etc/passwd", "a/../../b", "/init", ".."] {
            let error =
                parse(&write(&[(name, 0o100_644, b"")]), 0, &mut Left::default()).unwrap_err();
            assert!(error.message.contains("outside"), "{name}: {error}");
        }
    }

    #[test]
    fn a_size_of_four_gigabytes_is_refused() {
        let mut bytes = write(&[("init", 0o100_644, b"x")]);
        bytes[6 + 6 * 8..6 + 7 * 8].copy_from_slice(b"ffffffff");
        assert!(
            parse(&bytes, 0, &mut Left::default())
                .unwrap_err()
                .message
                .contains("beyond the end")
        );
    }

    #[test]
    fn bytes_hidden_in_padding_are_found() {
        let mut bytes = write(&[("init", 0o100_644, b"x")]);
        let end = parse(&bytes, 0, &mut Left::default()).unwrap().members[0]
            .data
            .end;
        bytes[end] = 1;
        assert_eq!(parse(&bytes, 0, &mut Left::default()).unwrap_err().at, end);
    }

    #[test]
    fn a_name_that_comes_twice_is_refused() {
        let bytes = write(&[("init", 0o100_644, b"a"), ("init", 0o100_644, b"b")]);
        assert!(
            parse(&bytes, 0, &mut Left::default())
                .unwrap_err()
                .message
                .contains("second")
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes, 0, &mut Left::default());
        }

        #[test]
        fn no_damage_makes_it_panic(at in 0usize..400, byte in any::<u8>()) {
            let mut bytes = write(&[("dev", 0o040_755, b""), ("init", 0o100_755, b"hello")]);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = parse(&bytes, 0, &mut Left::default());
        }
    }
}
