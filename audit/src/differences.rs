//! Two images, part by part: each range that differs, and what that means.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::image::{Image, What};
use crate::iso9660::{DESCRIPTORS, Descriptor, IDENTIFIER, SECTOR};
use crate::text::number;
use crate::{cpio, el_torito, fields, initramfs, limits};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In the file that is looked at; of a range that is missing, where it would be.
    pub offset: usize,
    pub part: String,
    pub explanation: String,
}

/// More bytes than this in which a file of the same length differs are no accident to one part.
const FEW_BYTES: usize = 2048;
/// What is longer was not written by a person.
const TEXT: usize = 1 << 20;
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
    let looks_like = match bytes {
        [] => "it is empty",
        [0x1f, 0x8b, ..] => "it is a gzip file",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "it is a zstd file",
        [0x7f, b'E', b'L', b'F', ..] => "it is an ELF file",
        [b'P', b'K', ..] => "it is a zip file",
        _ if std::str::from_utf8(bytes.get(..512).unwrap_or(bytes)).is_ok()
            && !fields::is_zero(bytes) =>
        {
            "it is text"
        }
        _ => "it has no volume descriptor (CD001) at 0x8001",
    };
    Some(looks_like.to_owned())
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
        Ok(image) if !few && !same_layout(ours, image) => by_name(ours, image),
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

/// The ranges in which two slices differ, those that are hardly apart as one; offsets from `base` on.
fn differing(a: &[u8], b: &[u8], base: usize) -> Vec<Range<usize>> {
    const APART: usize = 8;
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for (at, _) in a.iter().zip(b).enumerate().filter(|(_, (a, b))| a != b) {
        match ranges.last_mut() {
            Some(last) if base + at <= last.end + APART => last.end = base + at + 1,
            _ => ranges.push(base + at..base + at + 1),
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
                "cut off: the last {} bytes are missing, of {}",
                number(ours.bytes.len() - theirs.len()),
                names.join(", ")
            ),
        });
    }
    if theirs.len() > ours.bytes.len() {
        let more = &theirs[ours.bytes.len()..];
        differences.push(Difference {
            offset: ours.bytes.len(),
            part: String::from("the end"),
            explanation: format!(
                "{} more bytes after the image's end, {}",
                number(more.len()),
                if fields::is_zero(more) {
                    "all zero: padded by whoever copied it?"
                } else {
                    "not all zero"
                }
            ),
        });
    }
    differences
}

/// All bytes of each part by its name, wherever they are, with the offset of the first.
fn by_part(image: &Image) -> BTreeMap<String, (usize, What, Vec<u8>)> {
    let mut parts: BTreeMap<String, (usize, What, Vec<u8>)> = BTreeMap::new();
    for part in &image.parts {
        if matches!(part.what, What::Padding(_)) {
            continue;
        }
        parts
            .entry(part.what.to_string())
            .or_insert_with(|| (part.range.start, part.what.clone(), Vec::new()))
            .2
            .extend(&image.bytes[part.range.clone()]);
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
        What::Descriptor(kind) => {
            by_field(&descriptor_fields(*kind), ours, theirs, base, &mut tell)
        }
        What::Directory(_) => directory(ours, theirs, base, &mut tell),
        What::PathTable { .. } => path_table(ours, theirs, base, &mut tell),
        What::BootCatalogue => by_field(&CATALOGUE, ours, theirs, base, &mut tell),
        What::SystemArea | What::Padding(_) => tell(
            differing(ours, theirs, 0)
                .first()
                .map_or(0, |range| range.start),
            format!(
                "{}, where this checkout's image has zeros: something was written here afterwards",
                describe(ours, theirs, base)
            ),
        ),
        What::File(path) => file(path, ours, theirs, base, boot_info == Some(path), &mut tell),
        What::Continuation | What::Unaccounted => (),
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

type Field = (Range<usize>, &'static str);

/// One explanation for each field that differs, and one for what is outside all of them.
fn by_field(
    fields: &[Field],
    ours: &[u8],
    theirs: &[u8],
    base: usize,
    tell: &mut impl FnMut(usize, String),
) {
    let length = ours.len().min(theirs.len());
    let mut covered = vec![false; length];
    for (range, name) in fields {
        let range = range.start.min(length)..range.end.min(length);
        covered[range.clone()].fill(true);
        let (a, b) = (&ours[range.clone()], &theirs[range.clone()]);
        if a != b {
            let readable = |field| show(field).starts_with('"');
            let what = match range.len() <= 20 || readable(a) && readable(b) {
                true => format!("{} instead of {}", show(b), show(a)),
                false => describe(a, b, base + range.start),
            };
            tell(range.start, format!("{name}: {what}"));
        }
    }
    let outside: Vec<usize> = (0..length)
        .filter(|at| !covered[*at] && ours[*at] != theirs[*at])
        .collect();
    if let Some(first) = outside.first() {
        tell(
            *first,
            format!("{} bytes that have no meaning differ", outside.len()),
        );
    }
}

/// A field as text where it is text, as bytes where not.
fn show(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes)
        .unwrap_or_default()
        .trim_end_matches([' ', '\0']);
    let printable = !text.is_empty() && text.chars().all(|character| !character.is_control());
    if printable && bytes.len() > 4 {
        format!("{:?}", text.chars().take(60).collect::<String>())
    } else if fields::is_zero(bytes) {
        String::from("zeros")
    } else {
        let hex: Vec<String> = bytes
            .iter()
            .take(20)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        hex.join(" ") + if bytes.len() > 20 { " …" } else { "" }
    }
}

const PRIMARY: [Field; 31] = [
    (0..1, "kind"),
    (1..6, "standard identifier"),
    (6..7, "version"),
    (7..8, "flags"),
    (8..40, "system identifier"),
    (40..72, "volume name"),
    (72..80, "unused field"),
    (80..88, "volume size"),
    (88..120, "escape sequences"),
    (120..124, "volume set size"),
    (124..128, "volume sequence number"),
    (128..132, "block size"),
    (132..140, "path table size"),
    (140..144, "place of the little-endian path table"),
    (144..148, "place of the optional little-endian path table"),
    (148..152, "place of the big-endian path table"),
    (152..156, "place of the optional big-endian path table"),
    (156..190, "root directory's record"),
    (190..318, "volume set name"),
    (318..446, "publisher"),
    (446..574, "preparer"),
    (574..702, "application"),
    (702..739, "copyright file"),
    (739..776, "abstract file"),
    (776..813, "bibliographic file"),
    (813..830, "volume creation date"),
    (830..847, "volume modification date"),
    (847..864, "volume expiration date"),
    (864..881, "volume effective date"),
    (881..883, "file structure version"),
    (883..1395, "application's space"),
];

const BOOT_RECORD: [Field; 5] = [
    (0..1, "kind"),
    (1..6, "standard identifier"),
    (6..7, "version"),
    (7..71, "boot system's name"),
    (71..75, "place of the boot catalogue"),
];

const CATALOGUE: [Field; 13] = [
    (0..1, "first entry's header"),
    (1..2, "platform"),
    (2..4, "reserved field"),
    (4..28, "manufacturer"),
    (28..30, "checksum"),
    (30..32, "signature"),
    (32..33, "boot indicator"),
    (33..34, "kind of boot medium"),
    (34..36, "load segment"),
    (36..38, "system type and reserved field"),
    (38..40, "number of sectors to load"),
    (40..44, "place of the boot loader"),
    (44..64, "selection criteria"),
];

const BOOT_INFO: [Field; 5] = [
    (8..12, "boot info table: place of the volume descriptor"),
    (12..16, "boot info table: place of this file"),
    (16..20, "boot info table: length of this file"),
    (20..24, "boot info table: checksum of this file"),
    (24..64, "boot info table: reserved field"),
];

fn descriptor_fields(kind: Descriptor) -> Vec<Field> {
    match kind {
        Descriptor::BootRecord => BOOT_RECORD.to_vec(),
        Descriptor::Terminator => BOOT_RECORD[..3].to_vec(),
        _ => PRIMARY.to_vec(),
    }
}

const RECORD: [Field; 12] = [
    (0..1, "record length"),
    (1..2, "extended attributes"),
    (2..10, "place"),
    (10..18, "size"),
    (18..25, "date"),
    (25..26, "flags"),
    (26..27, "unit size"),
    (27..28, "gap size"),
    (28..32, "volume number"),
    (32..33, "name length"),
    (33..33, "name"),
    (33..256, "name or Rock Ridge entries"),
];

/// The records of a run of them: where each is, and what it names.
fn records(bytes: &[u8]) -> Vec<(Range<usize>, String)> {
    let mut records = Vec::new();
    let mut at = 0;
    while let Some(length) = bytes.get(at).map(|length| usize::from(*length)) {
        let Some(record) = bytes
            .get(at..at + length)
            .filter(|record| record.len() > 33)
        else {
            break;
        };
        let name = record
            .get(33..33 + usize::from(record[32]))
            .unwrap_or_default();
        let name = match name {
            [0] => String::from("the directory itself"),
            [1] => String::from("the directory above"),
            name => String::from_utf8_lossy(name)
                .split(';')
                .next()
                .unwrap_or_default()
                .trim_end_matches('.')
                .to_owned(),
        };
        records.push((at..at + length, name));
        at += length;
    }
    records
}

fn directory(ours: &[u8], theirs: &[u8], base: usize, tell: &mut impl FnMut(usize, String)) {
    let mine = records(ours);
    if ours.len() == theirs.len() {
        // the same records, as far as ours go
        for (range, name) in &mine {
            let (a, b) = (&ours[range.clone()], &theirs[range.clone()]);
            if a != b {
                by_field(&RECORD, a, b, base + range.start, &mut |at, what| {
                    tell(range.start + at, format!("record of {name}: {what}"));
                });
            }
        }
        return;
    }
    let other = records(theirs);
    for (range, name) in &other {
        match mine.iter().find(|(_, own)| own == name) {
            None => tell(
                range.start,
                format!("a record of {name}, which is not in this checkout's image"),
            ),
            Some((own, _)) => by_field(
                &RECORD,
                &ours[own.clone()],
                &theirs[range.clone()],
                base + range.start,
                &mut |at, what| {
                    tell(range.start + at, format!("record of {name}: {what}"));
                },
            ),
        }
    }
    for (_, name) in &mine {
        if !other.iter().any(|(_, its)| its == name) {
            tell(0, format!("no record of {name}"));
        }
    }
}

fn path_table(ours: &[u8], theirs: &[u8], base: usize, tell: &mut impl FnMut(usize, String)) {
    let mut at = 0;
    while let Some(length) = ours.get(at).map(|length| usize::from(*length)) {
        let end = (at + 8 + length.next_multiple_of(2)).min(ours.len());
        let name = match ours.get(at + 8..at + 8 + length) {
            Some([0]) | None => String::from("/"),
            Some(name) => String::from_utf8_lossy(name).into_owned(),
        };
        if let Some(b) = theirs.get(at..end) {
            let a = &ours[at..end];
            if a != b {
                const FIELDS: [Field; 5] = [
                    (0..1, "name length"),
                    (1..2, "extended attributes"),
                    (2..6, "place"),
                    (6..8, "directory above"),
                    (8..256, "name"),
                ];
                by_field(&FIELDS, a, b, base + at, &mut |offset, what| {
                    tell(at + offset, format!("entry of {name}: {what}"));
                });
            }
        }
        at = end;
    }
}

fn file(
    path: &str,
    ours: &[u8],
    theirs: &[u8],
    base: usize,
    has_boot_info: bool,
    tell: &mut impl FnMut(usize, String),
) {
    let same_length = ours.len() == theirs.len();
    if initramfs::is_initramfs(ours) {
        archive(ours, theirs, base, tell);
    } else if let Some(a) = lines(ours).filter(|_| theirs.len() < TEXT) {
        // damaged text is compared as text
        text(
            &a,
            &String::from_utf8_lossy(theirs).lines().collect::<Vec<_>>(),
            tell,
        );
    } else if has_boot_info && same_length {
        by_field(
            &BOOT_INFO,
            &ours[..64],
            &[&ours[..8], &theirs[8..64]].concat(),
            base,
            tell,
        );
        for range in [0..8, el_torito::BOOT_INFO.end..ours.len()] {
            let (a, b) = (&ours[range.clone()], &theirs[range.clone()]);
            if a != b {
                tell(
                    range.start,
                    format!(
                        "the boot loader's code: {}",
                        describe(a, b, base + range.start)
                    ),
                );
            }
        }
    } else {
        let mut why = Vec::new();
        if let (Some(a), Some(b)) = (kernel_version(ours), kernel_version(theirs)) {
            why.push(match a == b {
                true => format!("a kernel that calls itself {b} as ours does: another configuration, patch or compiler, or damage?"),
                false => format!("a kernel that calls itself {b} instead of {a}"),
            });
        }
        if !same_length {
            why.push(format!(
                "{} bytes instead of {}",
                number(theirs.len()),
                number(ours.len())
            ));
        }
        why.push(describe(ours, theirs, base));
        let first = differing(ours, theirs, 0)
            .first()
            .map_or(ours.len().min(theirs.len()), |range| range.start);
        tell(
            first,
            format!(
                "{}{}",
                if path.is_empty() {
                    ""
                } else {
                    "the file's bytes: "
                },
                why.join("; ")
            ),
        );
    }
}

/// `6.12.96 (nixbld@localhost) …`, as the head of a bzImage says it.
fn kernel_version(bytes: &[u8]) -> Option<String> {
    if bytes.get(0x202..0x206)? != b"HdrS" {
        return None;
    }
    let at = usize::from(fields::u16_le(bytes, 0x20e, "").ok()?) + 0x200;
    let text = bytes.get(at..)?.split(|byte| *byte == 0).next()?;
    let text = std::str::from_utf8(text.get(..80).unwrap_or(text)).ok()?;
    Some(text.split(" #").next().unwrap_or(text).to_owned())
}

/// The lines of a text of a size that a person may have written.
fn lines(bytes: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.len() < TEXT)?;
    let printable = |character: char| !character.is_control() || "\n\t\r".contains(character);
    text.chars().all(printable).then(|| text.lines().collect())
}

fn text(ours: &[&str], theirs: &[&str], tell: &mut impl FnMut(usize, String)) {
    let mut told = 0;
    let mut offset = 0;
    for index in 0..ours.len().max(theirs.len()) {
        let (a, b) = (ours.get(index), theirs.get(index));
        if a != b {
            told += 1;
            if told <= NAMED {
                let line = index + 1;
                tell(
                    offset,
                    match (a, b) {
                        (Some(a), Some(b)) => format!("line {line} says {b:?} instead of {a:?}"),
                        (None, Some(b)) => format!("line {line} is new: {b:?}"),
                        (Some(a), None) => format!("line {line} is missing: {a:?}"),
                        (None, None) => String::new(),
                    },
                );
            }
        }
        offset += b.map_or(0, |line| line.len() + 1);
    }
    if told > NAMED {
        tell(0, format!("and {} more lines differ", told - NAMED));
    }
}

/// A member's name without the hashes of store paths, which change with every source.
fn without_hash(name: &str) -> String {
    match name.split_once("nix/store/") {
        Some((before, after))
            if after.len() > 33 && after.is_char_boundary(33) && after.as_bytes()[32] == b'-' =>
        {
            format!("{before}nix/store/…-{}", &after[33..])
        }
        _ => name.to_owned(),
    }
}

type Members<'a> = BTreeMap<String, (&'a cpio::Member, &'a [u8])>;

fn members<'a>(layers: &'a [initramfs::Layer]) -> Members<'a> {
    layers
        .iter()
        .flat_map(|layer| {
            layer.archives.iter().flat_map(|archive| {
                archive.members.iter().map(|member| {
                    (
                        without_hash(&member.name),
                        (member, &layer.data[member.data.clone()]),
                    )
                })
            })
        })
        .collect()
}

fn archive(ours: &[u8], theirs: &[u8], base: usize, tell: &mut impl FnMut(usize, String)) {
    let first = differing(ours, theirs, 0)
        .first()
        .map_or(ours.len().min(theirs.len()), |range| range.start);
    let mine = initramfs::parse(ours, &mut limits::DECODED.clone());
    let other = match initramfs::parse(theirs, &mut limits::DECODED.clone()) {
        Ok(layers) => layers,
        Err(error) => {
            tell(
                first,
                format!(
                    "the archive can't be decoded any more ({} at {:#x}); {}",
                    error.message,
                    base + error.at,
                    describe(ours, theirs, base)
                ),
            );
            return;
        }
    };
    let Ok(mine) = mine else { return };
    let before = members(&mine);
    let after = members(&other);
    let mut said = Vec::new();
    let mut say = |what: String| said.push(what);
    for (name, (member, data)) in &after {
        let Some((own, own_data)) = before.get(name) else {
            say(format!(
                "a member that is not in this checkout's: /{name} ({})",
                size_of(member, data)
            ));
            continue;
        };
        if own.mode != member.mode {
            say(format!(
                "member /{name}: mode {:o} instead of {:o}",
                member.mode, own.mode
            ));
        }
        for ((field, a), (_, b)) in own.numbers.iter().zip(&member.numbers) {
            if a != b && !["inode", "mode", "size", "name's length"].contains(field) {
                say(format!("member /{name}: {field} {b} instead of {a}"));
            }
        }
        if own_data == data {
            continue;
        }
        if member.is_link() {
            let (a, b) = (
                String::from_utf8_lossy(own_data),
                String::from_utf8_lossy(data),
            );
            // a link to a store path that is told below anyway
            if without_hash(&a) != without_hash(&b) {
                say(format!("link /{name} leads to {b} instead of {a}"));
            }
        } else if let (Some(a), Some(b)) = (lines(own_data), lines(data)) {
            text(&a, &b, &mut |_, what| {
                say(format!("member /{name}: {what}"))
            });
        } else {
            let size = match own_data.len() == data.len() {
                true => describe(own_data, data, 0),
                false => format!(
                    "{} bytes instead of {}",
                    number(data.len()),
                    number(own_data.len())
                ),
            };
            say(format!(
                "member /{name} differs: built from other sources? ({size})"
            ));
        }
    }
    for (name, (member, data)) in &before {
        if !after.contains_key(name) {
            say(format!(
                "a member is missing: /{name} ({})",
                size_of(member, data)
            ));
        }
    }
    if said.is_empty() {
        said.push(String::from(
            "the same members with the same contents, in other bytes: another order, other store paths, or compressed otherwise",
        ));
    }
    for what in said {
        tell(first, what);
    }
}

fn size_of(member: &cpio::Member, data: &[u8]) -> String {
    match member.is_directory() {
        true => String::from("a directory"),
        false => format!("{} bytes", number(data.len())),
    }
}
