//! The ranges in which two slices differ, and how they are described.

use std::ops::Range;

use formats::text::grouped;

/// What differs in more bytes than this was not damaged by accident.
pub const ACCIDENT: usize = 2048;
/// Ranges that are named one by one.
pub const NAMED: usize = 4;

/// The ranges in which two slices differ, those that are hardly apart as one; offsets from `base` on.
pub fn differing(a: &[u8], b: &[u8], base: usize) -> Vec<Range<usize>> {
    const APART: usize = 8;
    // most of it is the same
    const CHUNK: usize = 256;
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (index, (a, b)) in a.chunks(CHUNK).zip(b.chunks(CHUNK)).enumerate() {
        if a == b {
            continue;
        }
        let start = base + index * CHUNK;
        for (at, _) in a.iter().zip(b).enumerate().filter(|(_, (a, b))| a != b) {
            match ranges.last_mut() {
                Some(last) if start + at <= last.end + APART => last.end = start + at + 1,
                _ => ranges.push(start + at..start + at + 1),
            }
        }
    }
    ranges
}

/// The first place at which they differ, which may be the end of the shorter one.
pub fn first(a: &[u8], b: &[u8]) -> usize {
    let differing = a.iter().zip(b).position(|(a, b)| a != b);
    differing.unwrap_or(a.len().min(b.len()))
}

/// Of the same length, and so much the same that one may be a damaged copy of the other.
pub fn are_near(ours: &[u8], theirs: &[u8]) -> bool {
    ours.len() == theirs.len() && count(ours, theirs) <= ACCIDENT
}

fn count(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).filter(|(a, b)| a != b).count()
}

/// `1 byte`, `2,048 bytes`
pub fn bytes(count: usize) -> String {
    match count {
        1 => String::from("1 byte"),
        count => format!("{} bytes", grouped(count)),
    }
}

/// `2,048 bytes instead of 1`
pub fn sizes(ours: usize, theirs: usize) -> String {
    format!("{} bytes instead of {}", grouped(theirs), grouped(ours))
}

/// `17 bytes differ: 0x100–0x110, 0x200 and 3 more ranges`
pub fn describe(a: &[u8], b: &[u8], base: usize) -> String {
    let ranges = differing(a, b, base);
    let mut text = match (count(a, b), ranges.as_slice()) {
        (1, [range, ..]) => {
            let at = range.start;
            return format!(
                "1 byte differs: {:#04x} instead of {:#04x} at {at:#x}",
                b[at - base],
                a[at - base]
            );
        }
        (count, _) => format!("{} bytes differ: ", grouped(count)),
    };
    let named: Vec<String> = ranges
        .iter()
        .take(NAMED)
        .map(|range| match range.len() {
            1 => format!("{:#x}", range.start),
            _ => format!("{:#x}–{:#x}", range.start, range.end - 1),
        })
        .collect();
    text += &named.join(", ");
    if ranges.len() > NAMED {
        text += &format!(" and {} more ranges", grouped(ranges.len() - NAMED));
    }
    text
}
