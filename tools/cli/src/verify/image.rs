//! Two images, part by part: each range that differs, and what that means.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use formats::image::{Image, Part, PartKind};
use formats::iso9660::descriptors::{self, IDENTIFIER, head};
use formats::iso9660::sector::SECTOR;
use formats::layout::is_zero;
use formats::text::grouped;

use crate::verify::byte_ranges::{ACCIDENT, NAMED, bytes, describe, differing};
use crate::verify::difference::Difference;
use crate::verify::part;

/// What is cut off can be compared if it is no shorter than this.
const SHORTEST: usize = 512;

/// Why `bytes` can't be compared by part at all: they are neither an ISO image nor the beginning of ours.
pub fn why_not(ours: &[u8], bytes: &[u8]) -> Option<String> {
    match bytes.len() >= SHORTEST && ours.starts_with(bytes) {
        true => None,
        false => descriptors::why_not(bytes),
    }
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
        <= ACCIDENT;
    let read = Image::parse(theirs);
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
                "the same parts, laid out differently: made by another version?",
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
            .all(|(a, b)| a.range == b.range && a.kind == b.kind)
}

/// Is a file of ours elsewhere, or of another size?
fn files_moved(ours: &Image, theirs: &Image) -> bool {
    let (mine, its) = (&ours.volume.tree.files, &theirs.volume.tree.files);
    mine.iter().any(|file| {
        its.iter()
            .any(|it| it.path == file.path && it.range != file.range)
    })
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
                    part: part.kind.to_string(),
                    explanation: describe(mine, have, part.range.start),
                });
            }
            continue;
        };
        let mine = &ours.bytes[part.range.clone()];
        if mine != bytes {
            let boot_info = ours.boot_info.as_deref();
            let start = part.range.start;
            differences.extend(part::compare(&part.kind, mine, bytes, start, boot_info));
        }
    }
    if !lost.is_empty() {
        differences.push(Difference {
            offset: theirs.len(),
            part: String::from("the end"),
            explanation: cut_off(&lost, ours.bytes.len() - theirs.len()),
        });
    }
    if theirs.len() > ours.bytes.len() {
        let (_, more) = theirs.split_at(ours.bytes.len());
        differences.push(Difference {
            offset: ours.bytes.len(),
            part: String::from("the end"),
            explanation: appended(more, ours.bytes.len()),
        });
    }
    differences
}

/// The parts that are missing, wholly or in part, and how many bytes of them.
fn cut_off(lost: &[&Part], bytes: usize) -> String {
    let names: Vec<String> = lost.iter().map(|part| part.kind.to_string()).collect();
    format!(
        "cut off: the last {} missing, of {}{} (a copy or a download that was interrupted?)",
        match bytes {
            1 => String::from("byte is"),
            count => format!("{} bytes are", grouped(count)),
        },
        names[..names.len().min(NAMED)].join(", "),
        match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more parts"),
        }
    )
}

/// What is behind the image's end.
fn appended(more: &[u8], end: usize) -> String {
    let identifier = head::IDENTIFIER.range();
    let volume = more
        .chunks(SECTOR)
        .position(|sector| sector.get(identifier.clone()) == Some(IDENTIFIER));
    format!(
        "{} more after the image's end, {}",
        bytes(more.len()),
        match volume {
            _ if is_zero(more) => String::from("all zero: padded by whoever copied it?"),
            Some(sector) => format!(
                "with another volume (CD001) at {:#x}: another session, whose files would be seen instead?",
                end + sector * SECTOR + identifier.start
            ),
            None =>
                String::from("not all zero: no part of the image, and nothing in it leads there"),
        }
    )
}

/// All bytes of each part by its name, wherever they are, with the offset of the first.
fn by_part<'a>(image: &Image<'a>) -> BTreeMap<String, (usize, PartKind, Cow<'a, [u8]>)> {
    let mut parts = BTreeMap::new();
    for part in &image.parts {
        if matches!(part.kind, PartKind::Padding(_)) {
            continue;
        }
        let bytes: &[u8] = &image.bytes[part.range.clone()];
        parts
            .entry(part.kind.to_string())
            .and_modify(|(_, _, before): &mut (_, _, Cow<[u8]>)| before.to_mut().extend(bytes))
            .or_insert_with(|| (part.range.start, part.kind.clone(), Cow::Borrowed(bytes)));
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
            (Some((_, kind, a)), Some((offset, _, b))) => {
                if a != b {
                    let boot_info = ours.boot_info.as_deref();
                    differences.extend(part::compare(kind, a, b, *offset, boot_info));
                }
            }
            (Some((offset, _, data)), None) => differences.push(Difference {
                offset: *offset,
                part: name.clone(),
                explanation: format!("is missing: {}", bytes(data.len())),
            }),
            (None, Some((offset, kind, data))) => differences.push(Difference {
                offset: *offset,
                part: name.clone(),
                explanation: match kind {
                    PartKind::Unaccounted => {
                        format!("{} that are part of nothing", bytes(data.len()))
                    }
                    _ => format!("is in this image only: {}", bytes(data.len())),
                },
            }),
            (None, None) => (),
        }
    }
    differences.sort_by_key(|difference| difference.offset);
    differences
}
