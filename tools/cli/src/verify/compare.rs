//! Two images, part by part: each range that differs, and what that means.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::image::{Image, What};
use crate::iso9660::{DESCRIPTORS, IDENTIFIER, SECTOR};
use crate::text::number;
use crate::{fields, kinds};

mod files;
mod members;
mod structures;

/// Takes an explanation, with where it belongs in the part.
type Tell<'a> = dyn FnMut(usize, String) + 'a;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In the file that is looked at; of a range that is missing, where it would be.
    pub offset: usize,
    pub part: String,
    pub explanation: String,
}

/// More bytes than this in which a file of the same length differs are no accident to one part.
const FEW_BYTES: usize = 2048;
/// Ranges that are named one by one.
const NAMED: usize = 4;

/// Why `bytes` can't be compared by part at all.
pub fn is_no_iso(ours: &[u8], bytes: &[u8]) -> Option<String> {
    let begins_like_ours = bytes.len() >= 512 && ours.starts_with(bytes);
    let identifier = |sector: usize| {
        let at = DESCRIPTORS + sector * SECTOR + 1;
        bytes.get(at..at + 5) == Some(IDENTIFIER)
    };
    if begins_like_ours || identifier(0) || identifier(1) {
        return None;
    }
    Some(match kinds::of(bytes) {
        Some(kind) => format!("it is {kind}"),
        None => String::from("it has no volume descriptor (CD001) at 0x8001"),
    })
}

/// Every difference of `theirs` from `ours`; none only where they are the same.
pub fn compare(ours: &Image, theirs: &[u8]) -> Vec<Difference> {
    if ours.bytes == theirs {
        return Vec::new();
    }
    let common = ours.bytes.len().min(theirs.len());
    let few = differing(&ours.bytes[..common], &theirs[..common], 0)
        .iter()
        .map(Range::len)
        .sum::<usize>()
        <= FEW_BYTES;
    let read = Image::read(theirs);
    let mut differences = match &read {
        Ok(image) if !few && !same_layout(ours, image) || files_moved(ours, image) => {
            by_name(ours, image)
        }
        _ => in_place(ours, theirs),
    };
    if let (Err(error), false) = (&read, theirs.len() < ours.bytes.len()) {
        differences.insert(
            0,
            Difference {
                offset: error.at,
                part: String::from("the whole"),
                explanation: format!("no longer a sound image: {}", error.message),
            },
        );
    }
    if differences.is_empty() {
        // the same parts at other places
        differences.push(Difference {
            offset: 0,
            part: String::from("the whole"),
            explanation: String::from(
                "the same parts, laid out otherwise: made by another xorriso?",
            ),
        });
    }
    differences
}

fn same_layout(ours: &Image, theirs: &Image) -> bool {
    ours.parts.len() == theirs.parts.len()
        && ours
            .parts
            .iter()
            .zip(&theirs.parts)
            .all(|(a, b)| a.range == b.range && a.what == b.what)
}

/// Is a file of ours elsewhere, or of another size?
fn files_moved(ours: &Image, theirs: &Image) -> bool {
    let (mine, its) = (&ours.volume.files, &theirs.volume.files);
    mine.iter().any(|file| {
        its.iter()
            .any(|it| it.path == file.path && it.range != file.range)
    })
}

/// `1 byte`, `2,048 bytes`
fn bytes(count: usize) -> String {
    match count {
        1 => String::from("1 byte"),
        count => format!("{} bytes", number(count)),
    }
}

/// The ranges in which two slices differ, those that are hardly apart as one; offsets from `base` on.
fn differing(a: &[u8], b: &[u8], base: usize) -> Vec<Range<usize>> {
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

/// `17 bytes differ: 0x100–0x110, 0x200 and 3 more ranges`
fn describe(a: &[u8], b: &[u8], base: usize) -> String {
    let ranges = differing(a, b, base);
    let count = a.iter().zip(b).filter(|(a, b)| a != b).count();
    let mut text = match count {
        1 => {
            let at = ranges[0].start;
            return format!(
                "1 byte differs: {:#04x} instead of {:#04x} at {at:#x}",
                b[at - base],
                a[at - base]
            );
        }
        count => format!("{} bytes differ: ", number(count)),
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
        text += &format!(" and {} more ranges", number(ranges.len() - NAMED));
    }
    text
}

/// With our own layout on their bytes: for a copy that was damaged, cut off or appended to.
fn in_place(ours: &Image, theirs: &[u8]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut lost = Vec::new();
    for part in &ours.parts {
        let Some(bytes) = theirs.get(part.range.clone()) else {
            lost.push(part);
            let have = theirs.get(part.range.start..).unwrap_or_default();
            let mine = &ours.bytes[part.range.start..part.range.start + have.len()];
            if mine != have {
                differences.push(Difference {
                    offset: part.range.start,
                    part: part.what.to_string(),
                    explanation: describe(mine, have, part.range.start),
                });
            }
            continue;
        };
        let mine = &ours.bytes[part.range.clone()];
        if mine != bytes {
            let boot_info = ours.boot_info.as_deref();
            explain(
                &part.what,
                mine,
                bytes,
                part.range.start,
                boot_info,
                &mut differences,
            );
        }
    }
    if !lost.is_empty() {
        let names: Vec<String> = lost.iter().map(|part| part.what.to_string()).collect();
        differences.push(Difference {
            offset: theirs.len(),
            part: String::from("the end"),
            explanation: format!(
                "cut off: the last {} missing, of {}{} (a copy or a download that was interrupted?)",
                match ours.bytes.len() - theirs.len() {
                    1 => String::from("byte is"),
                    count => format!("{} bytes are", number(count)),
                },
                names[..names.len().min(NAMED)].join(", "),
                match names.len().saturating_sub(NAMED) {
                    0 => String::new(),
                    more => format!(" and {more} more parts"),
                }
            ),
        });
    }
    if theirs.len() > ours.bytes.len() {
        let more = &theirs[ours.bytes.len()..];
        let volume = more
            .chunks(SECTOR)
            .position(|sector| sector.get(1..6) == Some(IDENTIFIER));
        differences.push(Difference {
            offset: ours.bytes.len(),
            part: String::from("the end"),
            explanation: format!(
                "{} more after the image's end, {}",
                bytes(more.len()),
                match volume {
                    _ if fields::is_zero(more) => String::from("all zero: padded by whoever copied it?"),
                    Some(sector) => format!(
                        "with another volume (CD001) at {:#x}: another session, whose files would be seen instead?",
                        ours.bytes.len() + sector * SECTOR + 1
                    ),
                    None => String::from("not all zero: no part of the image, and nothing in it leads there"),
                }
            ),
        });
    }
    differences
}

/// All bytes of each part by its name, wherever they are, with the offset of the first.
fn by_part<'a>(image: &Image<'a>) -> BTreeMap<String, (usize, What, Cow<'a, [u8]>)> {
    let mut parts = BTreeMap::new();
    for part in &image.parts {
        if matches!(part.what, What::Padding(_)) {
            continue;
        }
        let bytes: &[u8] = &image.bytes[part.range.clone()];
        parts
            .entry(part.what.to_string())
            .and_modify(|(_, _, before): &mut (_, _, Cow<[u8]>)| before.to_mut().extend(bytes))
            .or_insert_with(|| (part.range.start, part.what.clone(), Cow::Borrowed(bytes)));
    }
    parts
}

/// Part against part of the same name: for another image.
fn by_name(ours: &Image, theirs: &Image) -> Vec<Difference> {
    let mut differences = Vec::new();
    let (mine, other) = (by_part(ours), by_part(theirs));
    let names: BTreeSet<&String> = mine.keys().chain(other.keys()).collect();
    for name in names {
        match (mine.get(name), other.get(name)) {
            (Some((_, what, a)), Some((offset, _, b))) => {
                if a != b {
                    let boot_info = ours.boot_info.as_deref();
                    explain(what, a, b, *offset, boot_info, &mut differences);
                }
            }
            (Some((offset, _, bytes)), None) => differences.push(Difference {
                offset: *offset,
                part: name.clone(),
                explanation: format!("is missing: {} bytes", number(bytes.len())),
            }),
            (None, Some((offset, what, bytes))) => differences.push(Difference {
                offset: *offset,
                part: name.clone(),
                explanation: match what {
                    What::Unaccounted => {
                        format!("{} bytes that are part of nothing", number(bytes.len()))
                    }
                    _ => format!("is in this image only: {} bytes", number(bytes.len())),
                },
            }),
            (None, None) => (),
        }
    }
    differences.sort_by_key(|difference| difference.offset);
    differences
}

/// What it means that this part differs. At least one difference comes of it.
fn explain(
    what: &What,
    ours: &[u8],
    theirs: &[u8],
    base: usize,
    boot_info: Option<&str>,
    differences: &mut Vec<Difference>,
) {
    let before = differences.len();
    let part = what.to_string();
    let mut tell = |at: usize, explanation: String| {
        differences.push(Difference {
            offset: base + at,
            part: part.clone(),
            explanation,
        });
    };
    match what {
        What::Descriptor(kind) => structures::descriptor(*kind, ours, theirs, base, &mut tell),
        What::Directory(_) => structures::directory(ours, theirs, base, &mut tell),
        What::PathTable { .. } => structures::path_table(ours, theirs, base, &mut tell),
        What::BootCatalogue => structures::catalogue(ours, theirs, base, &mut tell),
        What::Continuation => structures::continuation(ours, theirs, base, &mut tell),
        What::SystemArea | What::Padding(_) => tell(
            differing(ours, theirs, 0)
                .first()
                .map_or(0, |range| range.start),
            format!(
                "{}, where this checkout's image has zeros: something was written here afterwards",
                describe(ours, theirs, base)
            ),
        ),
        What::File(path) => {
            files::compare(path, ours, theirs, base, boot_info == Some(path), &mut tell)
        }
        What::Unaccounted => (),
    }
    if differences.len() == before {
        differences.push(Difference {
            offset: base,
            part,
            explanation: match ours.len() == theirs.len() {
                true => describe(ours, theirs, base),
                false => format!(
                    "{} bytes instead of {}",
                    number(theirs.len()),
                    number(ours.len())
                ),
            },
        });
    }
}
