//! Archives as the kernel unpacks them: cpio in its "newc" form.

use std::collections::HashSet;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::layout::{Field, is_zero, layout, slice};
use crate::limits::{self, Budget};
use crate::text::escape;

pub const MAGIC: &[u8] = b"070701";
const TRAILER: &str = "TRAILER!!!";

layout! {
    /// What each member begins with; its name follows.
    header {
        MAGIC = 0..6, Bytes, "magic number";
        INODE = 6..14, Hex, "inode";
        MODE = 14..22, Hex, "mode";
        USER = 22..30, Hex, "user";
        GROUP = 30..38, Hex, "group";
        LINKS = 38..46, Hex, "links";
        TIME = 46..54, Hex, "time";
        SIZE = 54..62, Hex, "size";
        DEVICE_MAJOR = 62..70, Hex, "device's major";
        DEVICE_MINOR = 70..78, Hex, "device's minor";
        OWN_MAJOR = 78..86, Hex, "own major";
        OWN_MINOR = 86..94, Hex, "own minor";
        NAME_LENGTH = 94..102, Hex, "name's length";
        CHECKSUM = 102..110, Hex, "checksum";
    }
}

/// The fields that are numbers.
pub const NUMBERS: &[Field] = header::FIELDS.split_at(1).1;

const KIND: u32 = 0o170_000;
const FILE: u32 = 0o100_000;
const DIRECTORY: u32 = 0o040_000;
const LINK: u32 = 0o120_000;

#[derive(Clone, Debug)]
pub struct Member {
    /// Escaped.
    pub name: String,
    /// In the order of `NUMBERS`.
    pub numbers: [u32; NUMBERS.len()],
    /// Header and name, with their padding.
    pub head: Range<usize>,
    pub data: Range<usize>,
}

impl Member {
    /// One of the `NUMBERS`; zero of any other field.
    pub fn number(&self, field: Field) -> u32 {
        let index = NUMBERS.iter().position(|it| *it == field);
        index.map_or(0, |index| self.numbers[index])
    }

    pub fn mode(&self) -> u32 {
        self.number(header::MODE)
    }

    pub fn is_link(&self) -> bool {
        self.mode() & KIND == LINK
    }

    pub fn is_directory(&self) -> bool {
        self.mode() & KIND == DIRECTORY
    }

    pub fn is_file(&self) -> bool {
        self.mode() & KIND == FILE
    }

    /// What it is, if that is one of the kinds of files that there are.
    pub fn kind(&self) -> Option<&'static str> {
        Some(match self.mode() & KIND {
            FILE => "a file",
            DIRECTORY => "a directory",
            LINK => "a link",
            0o060_000 => "a block device",
            0o020_000 => "a character device",
            0o010_000 => "a FIFO",
            0o140_000 => "a socket",
            _ => return None,
        })
    }
}

#[derive(Clone, Debug)]
pub struct Archive {
    pub members: Vec<Member>,
    pub trailer: Range<usize>,
}

/// Headers with their names, and contents, end at a multiple of four.
fn padded(at: usize) -> usize {
    at.next_multiple_of(4)
}

/// The archive that begins at `start`; it ends where its trailer does.
pub fn parse(bytes: &[u8], start: usize, budget: &mut Budget) -> Result<Archive> {
    let mut members: Vec<Member> = Vec::new();
    let mut names = HashSet::new();
    let mut at = start;
    loop {
        let member = member(bytes, at)?;
        let Member {
            name, head, data, ..
        } = &member;
        if name == TRAILER {
            if !data.is_empty() {
                return Err(Error::new(at, "the trailer has contents"));
            }
            return Ok(Archive {
                members,
                trailer: head.clone(),
            });
        }
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(Error::new(
                at,
                format!("the member {name} would be unpacked outside the archive's own tree"),
            ));
        }
        if !budget.take_entry(name) {
            return Err(Error::new(
                at,
                format!(
                    "more than {} members, or names that are too long",
                    limits::ENTRIES
                ),
            ));
        }
        slice(bytes, data.start, data.len(), &format!("the member {name}"))?;
        if !names.insert(name.clone()) {
            return Err(Error::new(at, format!("a second member {name}")));
        }
        at = padded(data.end);
        padding(bytes, data.end..at)?;
        members.push(member);
    }
}

/// The member that begins at `at`, whose data may be beyond the end.
fn member(bytes: &[u8], at: usize) -> Result<Member> {
    slice(bytes, at, header::END, "a cpio header")?;
    if header::MAGIC.bytes(bytes, at)? != MAGIC {
        return Err(Error::new(
            at,
            "not a cpio header (070701), where one must be",
        ));
    }
    let mut numbers = [0; NUMBERS.len()];
    for (number, field) in numbers.iter_mut().zip(NUMBERS) {
        let value = field
            .number(bytes, at)
            .map_err(|error| Error::new(error.at, format!("the member's {}", error.message)))?;
        // eight digits
        *number = value as u32;
    }
    let name_length = header::NAME_LENGTH.number(bytes, at)?;
    if name_length == 0 || name_length > limits::PATH {
        return Err(Error::new(
            at,
            format!("a member's name of {name_length} bytes"),
        ));
    }
    let name_at = at + header::END;
    let name = slice(bytes, name_at, name_length, "a member's name")?;
    let (terminator, name) = name.split_last().unwrap_or((&1, &[]));
    if *terminator != 0 || name.contains(&0) {
        return Err(Error::new(
            name_at,
            "a member's name does not end in its only zero",
        ));
    }
    let data = padded(name_at + name_length);
    padding(bytes, name_at + name_length..data)?;
    Ok(Member {
        name: escape(name),
        numbers,
        head: at..data,
        data: data..data + header::SIZE.number(bytes, at)?,
    })
}

fn padding(bytes: &[u8], range: Range<usize>) -> Result<()> {
    match is_zero(slice(bytes, range.start, range.len(), "padding")?) {
        true => Ok(()),
        false => Err(Error::new(range.start, "padding that is not zero")),
    }
}

/// An archive of `members`, each with its name, mode and contents; they belong to root and date from the epoch.
pub fn write(members: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, (name, mode, data)) in members.iter().enumerate() {
        write_member(&mut bytes, index + 1, name, *mode, data);
    }
    write_member(&mut bytes, 0, TRAILER, 0, b"");
    bytes
}

fn write_member(bytes: &mut Vec<u8>, inode: usize, name: &str, mode: u32, data: &[u8]) {
    let mut head = vec![b'0'; header::END];
    header::MAGIC.put(&mut head, MAGIC);
    for (field, number) in [
        (header::INODE, inode),
        (header::MODE, mode as usize),
        (header::LINKS, 1),
        (header::SIZE, data.len()),
        (header::NAME_LENGTH, name.len() + 1),
    ] {
        field.put_number(&mut head, number);
    }
    bytes.extend(head);
    bytes.extend_from_slice(name.as_bytes());
    bytes.push(0);
    bytes.resize(padded(bytes.len()), 0);
    bytes.extend_from_slice(data);
    bytes.resize(padded(bytes.len()), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_have_their_names_and_contents() {
        let bytes = write(&[("dev", 0o040_755, b""), ("init", 0o100_755, b"hello")]);
        let archive = parse(&bytes, 0, &mut Budget::default()).unwrap();
        assert_eq!(archive.members[1].name, "init");
        assert_eq!(&bytes[archive.members[1].data.clone()], b"hello");
        assert_eq!(archive.trailer.end, bytes.len());
    }

    #[test]
    fn names_that_lead_outside_are_refused() {
        for name in ["../etc/passwd", "a/../../b", "/init", ".."] {
            let error =
                parse(&write(&[(name, 0o100_644, b"")]), 0, &mut Budget::default()).unwrap_err();
            assert!(error.message.contains("outside"), "{name}: {error}");
        }
    }

    #[test]
    fn a_size_of_four_gigabytes_is_refused() {
        let mut bytes = write(&[("init", 0o100_644, b"x")]);
        header::SIZE.put(&mut bytes, b"ffffffff");
        assert!(
            parse(&bytes, 0, &mut Budget::default())
                .unwrap_err()
                .message
                .contains("beyond the end")
        );
    }

    #[test]
    fn bytes_hidden_in_padding_are_found() {
        let mut bytes = write(&[("init", 0o100_644, b"x")]);
        let end = parse(&bytes, 0, &mut Budget::default()).unwrap().members[0]
            .data
            .end;
        bytes[end] = 1;
        assert_eq!(
            parse(&bytes, 0, &mut Budget::default()).unwrap_err().at,
            end
        );
    }

    #[test]
    fn a_name_that_comes_twice_is_refused() {
        let bytes = write(&[("init", 0o100_644, b"a"), ("init", 0o100_644, b"b")]);
        assert!(
            parse(&bytes, 0, &mut Budget::default())
                .unwrap_err()
                .message
                .contains("second")
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = parse(&bytes, 0, &mut Budget::default());
        }

        #[test]
        fn no_damage_makes_it_panic(at in 0usize..400, byte in any::<u8>()) {
            let mut bytes = write(&[("dev", 0o040_755, b""), ("init", 0o100_755, b"hello")]);
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = parse(&bytes, 0, &mut Budget::default());
        }
    }
}
