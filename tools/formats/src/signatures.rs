//! What a file is, by the bytes that files of a kind have at a known place.

use crate::layout::is_zero;
use crate::{bzimage, cpio, zstd};

/// What data begin with that were compressed, by what, and what a file of it is.
const COMPRESSIONS: [(&[u8], &str, &str); 8] = [
    (b"\x1f\x8b", "gzip", "a gzip file"),
    (&zstd::MAGIC, "zstd", "a zstd file"),
    (b"\xfd7zXZ\0", "xz", "an xz file"),
    (b"BZh", "bzip2", "a bzip2 file"),
    (b"\x04\x22\x4d\x18", "lz4", "an lz4 file"),
    (
        b"\x02\x21\x4c\x18",
        "lz4",
        "an lz4 file in the kernel's form",
    ),
    (b"\x5d\0\0", "lzma", "an lzma file"),
    (b"\x89LZO\0", "lzo", "an lzo file"),
];

/// Other kinds of files: where the signature is, the signature, what it is.
const KINDS: [(usize, &[u8], &str); 9] = [
    (0, b"7z\xbc\xaf", "a 7-Zip file"),
    (0, b"PK", "a zip file"),
    (0, b"\x7fELF", "an ELF file"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"%PDF", "a PDF document"),
    // in any of its forms
    (0, cpio::MAGIC.split_at(5).0, "a cpio archive"),
    (0, b"hsqs", "a squashfs"),
    (0x101, b"ustar", "a tar archive"),
    (
        bzimage::header::MAGIC.start,
        bzimage::MAGIC,
        "a Linux kernel",
    ),
];

/// What was used to compress these bytes.
pub fn compression(bytes: &[u8]) -> Option<&'static str> {
    let known = COMPRESSIONS
        .iter()
        .find(|(magic, _, _)| bytes.starts_with(magic));
    known.map(|(_, name, _)| *name)
}

/// What a file with these bytes is.
pub fn identify(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("empty");
    }
    let compressed = COMPRESSIONS
        .iter()
        .map(|(magic, _, kind)| (0, *magic, *kind));
    let known = compressed
        .chain(KINDS)
        .find(|(at, magic, _)| bytes.get(*at..).is_some_and(|it| it.starts_with(magic)));
    if let Some((_, _, kind)) = known {
        return Some(kind);
    }
    let beginning = bytes.get(..512).unwrap_or(bytes);
    if is_zero(bytes) {
        Some("nothing but zeros")
    } else if !beginning.contains(&0) && is_text(beginning) {
        Some("text")
    } else {
        None
    }
}

/// All of it, but for a character that may be cut off at the end.
fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}
