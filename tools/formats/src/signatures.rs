//! What a file is that is not what was asked for, by its first bytes.

use crate::fields::is_zero;

const KINDS: [(usize, &[u8], &str); 17] = [
    (0, b"\x1f\x8b", "a gzip file"),
    (0, b"\x28\xb5\x2f\xfd", "a zstd file"),
    (0, b"\xfd7zXZ\0", "an xz file"),
    (0, b"BZh", "a bzip2 file"),
    (0, b"\x04\x22\x4d\x18", "an lz4 file"),
    (0, b"\x02\x21\x4c\x18", "an lz4 file of the kernel's form"),
    (0, b"\x5d\0\0", "an lzma file"),
    (0, b"\x89LZO\0", "an lzo file"),
    (0, b"7z\xbc\xaf", "a 7-Zip file"),
    (0, b"PK", "a zip file"),
    (0, b"\x7fELF", "an ELF file"),
    (0, b"\x89PNG", "a PNG picture"),
    (0, b"%PDF", "a PDF document"),
    (0, b"07070", "a cpio archive"),
    (0, b"hsqs", "a squashfs"),
    (0x101, b"ustar", "a tar archive"),
    (0x202, b"HdrS", "a Linux kernel"),
];

pub fn of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("empty");
    }
    let known = KINDS
        .iter()
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
