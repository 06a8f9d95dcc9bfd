//! Archives as tar writes them: POSIX' ustar, and GNU's older form for files with holes.

use crate::zeros;
use formats::layout::layout;
use std::io::{self, Write};

layout! {
    header {
        NAME = 0..100, Bytes, "name";
        MODE = 100..108, Bytes, "permissions";
        USER = 108..116, Bytes, "user";
        GROUP = 116..124, Bytes, "group";
        SIZE = 124..136, Bytes, "size";
        TIME = 136..148, Bytes, "time";
        CHECKSUM = 148..156, Bytes, "checksum";
        KIND = 156..157, Bytes, "kind";
        LINK = 157..257, Bytes, "link";
        MAGIC = 257..265, Bytes, "magic and version";
        NAMES = 265..329, Bytes, "names of user and group";
        DEVICE = 329..345, Bytes, "device";
        PREFIX = 345..500, Bytes, "prefix";
        PADDING = 500..512, Bytes, "padding";
    }
}

layout! {
    /// What GNU's older form has in the place of the prefix.
    sparse {
        PLACE = 386..398, Bytes, "place of the data";
        LENGTH = 398..410, Bytes, "length of the data";
        LAST = 410..422, Bytes, "place of the end";
        LAST_LENGTH = 422..434, Bytes, "length of the end";
        SIZE = 483..495, Bytes, "size with holes";
    }
}

const BLOCK: usize = 512;
/// 1 January 1980, as everything here that has to have a date.
const TIME: usize = 315_532_800;
const USTAR: &[u8] = b"ustar\x0000";
const OLD_GNU: &[u8] = b"ustar  \0";

/// A file of `owner`, user and group.
pub fn file(name: &str, owner: usize, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let mut head = head(name, owner, bytes.len(), b"0", USTAR);
    sum(&mut head);
    out.write_all(&head)?;
    padded(bytes, out)
}

pub fn directory(name: &str, owner: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut head = head(name, owner, 0, b"5", USTAR);
    header::MODE.put(&mut head, b"0000755\0");
    sum(&mut head);
    out.write_all(&head)
}

/// A file of `size` bytes that has only zeros after `bytes`, in GNU's older form.
pub fn with_hole(name: &str, bytes: &[u8], size: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut head = head(name, 0, bytes.len(), b"S", OLD_GNU);
    for (field, number) in [
        (sparse::PLACE, 0),
        (sparse::LENGTH, bytes.len()),
        (sparse::LAST, size),
        (sparse::LAST_LENGTH, 0),
        (sparse::SIZE, size),
    ] {
        field.put(&mut head, octal(number, field.length()).as_bytes());
    }
    sum(&mut head);
    out.write_all(&head)?;
    padded(bytes, out)
}

/// The end of an archive.
pub fn end(out: &mut dyn Write) -> io::Result<()> {
    zeros(2 * BLOCK, out)
}

fn head(name: &str, owner: usize, size: usize, kind: &[u8], magic: &[u8]) -> Vec<u8> {
    let mut head = vec![0; header::END];
    header::NAME.put(&mut head, name.as_bytes());
    header::MODE.put(&mut head, b"0000644\0");
    header::KIND.put(&mut head, kind);
    header::MAGIC.put(&mut head, magic);
    header::CHECKSUM.put(&mut head, &[b' '; 8]);
    for (field, number) in [
        (header::USER, owner),
        (header::GROUP, owner),
        (header::SIZE, size),
        (header::TIME, TIME),
    ] {
        field.put(&mut head, octal(number, field.length()).as_bytes());
    }
    head
}

/// As many digits as fit before a zero byte.
fn octal(number: usize, length: usize) -> String {
    let width = length - 1;
    format!("{number:0width$o}\0")
}

fn sum(head: &mut [u8]) {
    let sum: usize = head.iter().map(|byte| usize::from(*byte)).sum();
    header::CHECKSUM.put(head, format!("{sum:06o}\0 ").as_bytes());
}

fn padded(bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
    out.write_all(bytes)?;
    zeros(bytes.len().next_multiple_of(BLOCK) - bytes.len(), out)
}
