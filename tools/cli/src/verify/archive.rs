//! An initramfs, compared member by member.

use std::collections::{BTreeMap, BTreeSet};

use formats::cpio::{self, Member, header};
use formats::initramfs::{self, Segment};
use formats::limits::Budget;
use formats::text::escape;
use formats::zstd;

use crate::verify::byte_ranges::{are_near, bytes, describe, first, sizes};
use crate::verify::difference::Explain;
use crate::verify::pairing::{pairs, store_path, without_hash};
use crate::verify::text;

const PERMISSIONS: u32 = 0o7777;

/// A member, its place among all of them, and its contents.
struct Found<'a> {
    index: usize,
    member: &'a Member,
    data: &'a [u8],
}

/// All members by name. The kernel unpacks one after the other: the last of a name is the one that stays.
fn all<'a>(segments: &'a [Segment]) -> BTreeMap<&'a str, Found<'a>> {
    let archives = segments.iter().flat_map(|segment| {
        segment
            .archives
            .iter()
            .map(move |archive| (segment, archive))
    });
    archives
        .flat_map(|(segment, archive)| archive.members.iter().map(move |member| (segment, member)))
        .enumerate()
        .map(|(index, (segment, member))| {
            let data = &segment.data[member.data.clone()];
            (
                member.name.as_str(),
                Found {
                    index,
                    member,
                    data,
                },
            )
        })
        .collect()
}

pub fn compare(ours: &[u8], theirs: &[u8], base: usize, explain: &mut Explain) {
    let first = first(ours, theirs);
    let in_frame = zstd::place(ours, first).filter(|_| are_near(ours, theirs));
    let in_frame = in_frame.map_or(String::new(), |place| format!("in {place}, "));
    let other = match initramfs::parse(theirs, &mut Budget::default()) {
        Ok(segments) => segments,
        Err(error) => {
            let at = base + error.at;
            let what = describe(ours, theirs, base);
            explain(
                first,
                format!(
                    "the archive can't be decoded any more: at {at:#x}, {} (damaged on its way, or changed by hand; \
                     {in_frame}{what})",
                    error.message
                ),
            );
            return;
        }
    };
    // sound, since this checkout built it
    let mine = initramfs::parse(ours, &mut Budget::default()).unwrap_or_default();
    let mut findings = Vec::new();
    segments(&mine, &other, &mut |what| findings.push(what));
    contents(&mine, &other, &mut |what| findings.push(what));
    if findings.is_empty() {
        let decoded =
            |segments: &[Segment]| segments.iter().map(|segment| segment.data.len()).sum();
        let (a, b): (usize, usize) = (decoded(&mine), decoded(&other));
        let what = describe(ours, theirs, base);
        findings.push(match a == b {
            true => format!(
                "the same archive, compressed differently: by another zstd? ({in_frame}{what})"
            ),
            false => format!("the same members, padded differently: {}", sizes(a, b)),
        });
    }
    for what in findings {
        explain(first, what);
    }
}

/// How many archives there are, and how they are compressed.
fn segments(ours: &[Segment], theirs: &[Segment], note: &mut dyn FnMut(String)) {
    let count = |segments: &[Segment]| segments.iter().map(|segment| segment.archives.len()).sum();
    let (mine, its): (usize, usize) = (count(ours), count(theirs));
    if mine != its {
        note(format!(
            "{its} archives one after the other instead of {mine}: what comes later replaces what came before"
        ));
    }
    let compressed =
        |segments: &[Segment]| segments.iter().filter(|segment| segment.compressed).count();
    let (mine, its) = (compressed(ours), compressed(theirs));
    if mine != its {
        note(format!("{its} of it compressed instead of {mine}"));
    }
}

fn contents(ours: &[Segment], theirs: &[Segment], note: &mut dyn FnMut(String)) {
    let (before, after) = (all(ours), all(theirs));
    let pairs = pairs(
        &before.keys().copied().collect(),
        &after.keys().copied().collect(),
    );
    let mut rebuilt = BTreeSet::new();
    let mut moved = Vec::new();
    let mut inodes = 0;
    let mut last = None;
    let mut in_order: Vec<(&&str, &&str)> = pairs.iter().collect();
    in_order.sort_by_key(|(mine, _)| before[**mine].index);
    for (mine, its) in in_order {
        let (own, other) = (&before[*mine], &after[*its]);
        let name = without_hash(mine);
        if mine != its {
            rebuilt.insert(store_path(its));
        }
        if last.is_some_and(|last| other.index < last) {
            moved.push(format!("/{name}"));
        }
        last = Some(last.map_or(other.index, |last: usize| last.max(other.index)));
        inodes += usize::from(inode(own.member) != inode(other.member));
        numbers(&name, own.member, other.member, note);
        if own.data != other.data {
            data(&name, own, other, &pairs, note);
        }
    }
    added_and_removed(&before, &after, &pairs, note);
    // other members or store paths bring others of both
    let same = rebuilt.is_empty() && pairs.len() == before.len() && pairs.len() == after.len();
    if same && !moved.is_empty() {
        note(format!(
            "the members are in another order, from {} on",
            moved[0]
        ));
    }
    if same && inodes > 0 {
        note(format!(
            "other inode numbers, of {inodes} members (packed differently, or with others)"
        ));
    }
    if !rebuilt.is_empty() {
        let names: Vec<&str> = rebuilt.iter().copied().collect();
        note(format!(
            "other store paths, so built from other sources or by other tools: {}",
            names.join(", ")
        ));
    }
}

/// The fields of a member's header, but for its inode, its size and its name.
fn numbers(name: &str, own: &Member, other: &Member, note: &mut dyn FnMut(String)) {
    if kind(own) != kind(other) {
        let (a, b) = (kind(own), kind(other));
        note(format!("member /{name}: {b} instead of {a}"));
    }
    let (a, b) = (own.mode() & PERMISSIONS, other.mode() & PERMISSIONS);
    if a != b {
        note(format!(
            "member /{name}: mode {b:o} instead of {a:o} (other permissions)"
        ));
    }
    let numbers = own.numbers.iter().zip(&other.numbers);
    for (field, (a, b)) in cpio::NUMBERS.iter().zip(numbers) {
        let meaning = match *field {
            header::INODE | header::MODE | header::SIZE | header::NAME_LENGTH => continue,
            header::TIME => " (made by the clock, or touched)",
            header::USER | header::GROUP => " (of another owner)",
            _ => "",
        };
        if a != b {
            let field = field.name;
            note(format!(
                "member /{name}: {field} {b} instead of {a}{meaning}"
            ));
        }
    }
}

/// Members that one of the two has alone.
fn added_and_removed(
    before: &BTreeMap<&str, Found>,
    after: &BTreeMap<&str, Found>,
    pairs: &BTreeMap<&str, &str>,
    note: &mut dyn FnMut(String),
) {
    let added: Vec<&str> = after
        .keys()
        .copied()
        .filter(|its| !pairs.values().any(|it| it == its))
        .collect();
    let mut gone: Vec<&str> = before
        .keys()
        .copied()
        .filter(|mine| !pairs.contains_key(mine))
        .collect();
    for its in added {
        let it = &after[its];
        let old = gone
            .iter()
            .position(|mine| !it.data.is_empty() && before[mine].data == it.data);
        match old.map(|old| gone.remove(old)) {
            Some(old) => note(format!(
                "member /{old} is called /{its} here, with the same contents"
            )),
            None => note(format!(
                "a member that is not in this checkout's: /{its} ({})",
                size_of(it)
            )),
        }
    }
    for mine in gone {
        note(format!(
            "a member is missing: /{mine} ({})",
            size_of(&before[mine])
        ));
    }
}

/// What it means that a member of the same name has other contents.
fn data(
    name: &str,
    own: &Found,
    other: &Found,
    pairs: &BTreeMap<&str, &str>,
    note: &mut dyn FnMut(String),
) {
    if own.member.is_link() && other.member.is_link() {
        let (a, b) = (escape(own.data), escape(other.data));
        // a link to a member that has become the other one is no difference of its own
        let (from, to) = (a.trim_start_matches('/'), b.trim_start_matches('/'));
        if pairs.get(from) != Some(&to) {
            note(format!("link /{name} leads to {b} instead of {a}"));
        }
    } else if let (Some(a), Some(b)) = (text::lines(own.data), text::lines(other.data)) {
        text::compare(&a, &b, &mut |_, what| {
            note(format!("member /{name}: {what}"))
        });
        if a == b {
            note(format!(
                "member /{name}: the same lines, with other line endings"
            ));
        }
    } else {
        let size = match own.data.len() == other.data.len() {
            true => describe(own.data, other.data, 0),
            false => sizes(own.data.len(), other.data.len()),
        };
        note(format!(
            "member /{name} differs: built from other sources? ({size})"
        ));
    }
}

fn inode(member: &Member) -> u32 {
    member.number(header::INODE)
}

fn kind(member: &Member) -> &'static str {
    member.kind().unwrap_or("of an unknown kind")
}

fn size_of(found: &Found) -> String {
    match found.member.is_file() {
        true => bytes(found.data.len()),
        false => kind(found.member).to_owned(),
    }
}
