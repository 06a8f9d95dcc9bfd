//! What the boot loader hands to the kernel as its initramfs: archives one after another, each compressed or
//! plain, with zeros between them.

use std::borrow::Cow;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::limits::{self, Budget};
use crate::{cpio, signatures, zstd};

/// One compressed frame, or one run of plain archives.
#[derive(Debug)]
pub struct Segment<'a> {
    /// Where it is in the file.
    pub range: Range<usize>,
    pub compressed: bool,
    /// What the archives' ranges are ranges of.
    pub data: Cow<'a, [u8]>,
    pub archives: Vec<cpio::Archive>,
}

pub fn is_initramfs(bytes: &[u8]) -> bool {
    bytes.starts_with(&zstd::MAGIC) || bytes.starts_with(cpio::MAGIC)
}

/// The first byte from `at` on that is not zero.
fn after_zeros(bytes: &[u8], at: usize) -> usize {
    bytes[at.min(bytes.len())..]
        .iter()
        .position(|byte| *byte != 0)
        .map_or(bytes.len(), |zeros| at + zeros)
}

/// All segments, of which the compressed ones may come to as many bytes as the budget has left.
pub fn parse<'a>(bytes: &'a [u8], budget: &mut Budget) -> Result<Vec<Segment<'a>>> {
    let mut segments = Vec::new();
    let mut at = after_zeros(bytes, 0);
    while at < bytes.len() {
        let segment = if bytes[at..].starts_with(&zstd::MAGIC) {
            let (range, data) = zstd::decode(bytes, at, budget.decoded)?;
            budget.decoded = budget.decoded.saturating_sub(data.len());
            let within =
                |error: Error| Error::new(at, format!("in the archive decoded from here, {error}"));
            Segment {
                range,
                compressed: true,
                archives: archives(&data, budget).map_err(within)?,
                data: Cow::Owned(data),
            }
        } else if bytes[at..].starts_with(cpio::MAGIC) {
            let archive = cpio::parse(bytes, at, budget)?;
            Segment {
                range: at..archive.trailer.end,
                compressed: false,
                data: Cow::Borrowed(bytes),
                archives: vec![archive],
            }
        } else {
            let kind = signatures::identify(&bytes[at..]).unwrap_or("something else");
            return Err(Error::new(
                at,
                format!(
                    "neither a zstd frame nor a cpio archive, the only kinds that are supported: {kind}"
                ),
            ));
        };
        at = after_zeros(bytes, segment.range.end);
        segments.push(segment);
        if segments.len() > limits::SEGMENTS {
            return Err(Error::new(
                at,
                format!("more than {} segments", limits::SEGMENTS),
            ));
        }
    }
    Ok(segments)
}

/// All archives of a decoded stream, which holds nothing else.
fn archives(data: &[u8], budget: &mut Budget) -> Result<Vec<cpio::Archive>> {
    let mut archives = Vec::new();
    let mut at = after_zeros(data, 0);
    while at < data.len() {
        let archive = cpio::parse(data, at, budget)?;
        at = after_zeros(data, archive.trailer.end);
        archives.push(archive);
    }
    Ok(archives)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_plain_archive_may_follow_another_after_zeros() {
        let mut bytes = cpio::write(&[("init", 0o100_755, b"one")]);
        bytes.extend([0; 512]);
        bytes.extend(cpio::write(&[("etc", 0o040_755, b"")]));
        bytes.extend([0; 100]);
        let segments = parse(&bytes, &mut Budget::default()).unwrap();
        assert_eq!(segments.len(), 2);
        assert_eq!(segments[1].archives[0].members[0].name, "etc");
    }

    #[test]
    fn what_is_between_archives_must_be_zero() {
        let mut bytes = cpio::write(&[("init", 0o100_755, b"one")]);
        let end = bytes.len();
        bytes.extend(b"hidden");
        assert_eq!(parse(&bytes, &mut Budget::default()).unwrap_err().at, end);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes, &mut Budget::default());
        }
    }
}
