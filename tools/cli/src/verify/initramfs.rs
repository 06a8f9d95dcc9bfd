//! An initramfs, compared member by member.

use std::collections::{BTreeMap, BTreeSet};

use super::{Tell, describe, differing, files};
use crate::limits::Left;
use crate::names::shown;
use crate::text::number;
use crate::{cpio, initramfs, zstd};

/// A member, where it is among all, and its contents.
struct Found<'a> {
    index: usize,
    member: &'a cpio::Member,
    data: &'a [u8],
}

/// All members by name. The kernel unpacks one after the other: the last of a name is the one that stays.
fn all<'a>(layers: &'a [initramfs::Layer]) -> BTreeMap<&'a str, Found<'a>> {
    let archives = layers
        .iter()
        .flat_map(|layer| layer.archives.iter().map(move |archive| (layer, archive)));
    archives
        .flat_map(|(layer, archive)| archive.members.iter().map(move |member| (layer, member)))
        .enumerate()
        .map(|(index, (layer, member))| {
            let data = &layer.data[member.data.clone()];
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

/// A name or a link's end without the hashes of store paths, which change with every source.
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

/// Which of our names has become which of theirs: the same name, or where neither has that, the same but for hashes,
/// if there is only one such on each side.
fn pairs<'a>(ours: &BTreeSet<&'a str>, theirs: &BTreeSet<&'a str>) -> BTreeMap<&'a str, &'a str> {
    let mut pairs: BTreeMap<&str, &str> = ours
        .intersection(theirs)
        .map(|name| (*name, *name))
        .collect();
    let alone = |these: &BTreeSet<&'a str>, those: &BTreeSet<&'a str>| {
        let mut alone: BTreeMap<String, Vec<&'a str>> = BTreeMap::new();
        for name in these.difference(those) {
            alone.entry(without_hash(name)).or_default().push(name);
        }
        alone
    };
    let other = alone(theirs, ours);
    for (name, mine) in alone(ours, theirs) {
        if let ([mine], Some([its])) = (mine.as_slice(), other.get(&name).map(Vec::as_slice)) {
            pairs.insert(mine, its);
        }
    }
    pairs
}

pub fn compare(ours: &[u8], theirs: &[u8], base: usize, tell: &mut Tell) {
    let first = differing(ours, theirs, 0).first().map(|range| range.start);
    let first = first.unwrap_or(ours.len().min(theirs.len()));
    let in_frame = zstd::place(ours, first).filter(|_| files::are_near(ours, theirs));
    let in_frame = in_frame.map_or(String::new(), |place| format!("in {place}, "));
    let other = match initramfs::parse(theirs, &mut Left::default()) {
        Ok(layers) => layers,
        Err(error) => {
            let at = base + error.at;
            let what = describe(ours, theirs, base);
            tell(
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
    let mine = initramfs::parse(ours, &mut Left::default()).unwrap_or_default();
    let mut said = Vec::new();
    layers(&mine, &other, &mut |what| said.push(what));
    contents(&mine, &other, &mut |what| said.push(what));
    if said.is_empty() {
        let decoded =
            |layers: &[initramfs::Layer]| layers.iter().map(|layer| layer.data.len()).sum();
        let (a, b): (usize, usize) = (decoded(&mine), decoded(&other));
        let what = describe(ours, theirs, base);
        said.push(match a == b {
            true => format!(
                "the same archive, compressed otherwise: by another zstd? ({in_frame}{what})"
            ),
            false => format!(
                "the same members, padded otherwise: {} bytes instead of {}",
                number(b),
                number(a)
            ),
        });
    }
    for what in said {
        tell(first, what);
    }
}

/// How many archives there are, and how they are compressed.
fn layers(ours: &[initramfs::Layer], theirs: &[initramfs::Layer], say: &mut dyn FnMut(String)) {
    let count = |layers: &[initramfs::Layer]| layers.iter().map(|layer| layer.archives.len()).sum();
    let (mine, its): (usize, usize) = (count(ours), count(theirs));
    if mine != its {
        say(format!(
            "{its} archives one after the other instead of {mine}: what comes later replaces what came before"
        ));
    }
    let compressed =
        |layers: &[initramfs::Layer]| layers.iter().filter(|layer| layer.compressed).count();
    let (mine, its) = (compressed(ours), compressed(theirs));
    if mine != its {
        say(format!("{its} of it compressed instead of {mine}"));
    }
}

fn contents(ours: &[initramfs::Layer], theirs: &[initramfs::Layer], say: &mut dyn FnMut(String)) {
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
        if kind(own.member) != kind(other.member) {
            let (a, b) = (kind(own.member), kind(other.member));
            say(format!("member /{name}: {b} instead of {a}"));
        }
        if own.member.mode & 0o7777 != other.member.mode & 0o7777 {
            let (a, b) = (own.member.mode & 0o7777, other.member.mode & 0o7777);
            say(format!(
                "member /{name}: mode {b:o} instead of {a:o} (other permissions)"
            ));
        }
        for ((field, a), (_, b)) in own.member.numbers.iter().zip(&other.member.numbers) {
            match *field {
                "mode" | "size" | "name's length" => (),
                "inode" => inodes += usize::from(a != b),
                field if a != b => {
                    let why = match field {
                        "time" => " (made by the clock, or touched)",
                        "user" | "group" => " (of another owner)",
                        _ => "",
                    };
                    say(format!("member /{name}: {field} {b} instead of {a}{why}"));
                }
                _ => (),
            }
        }
        if own.data != other.data {
            data(&name, own, other, &pairs, say);
        }
    }
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
            Some(old) => say(format!(
                "member /{old} is called /{its} here, with the same contents"
            )),
            None => say(format!(
                "a member that is not in this checkout's: /{its} ({})",
                size_of(it)
            )),
        }
    }
    for mine in gone {
        say(format!(
            "a member is missing: /{mine} ({})",
            size_of(&before[mine])
        ));
    }
    // other members or store paths bring others of both
    let same = rebuilt.is_empty() && pairs.len() == before.len() && pairs.len() == after.len();
    if same && !moved.is_empty() {
        say(format!(
            "the members are in another order, from {} on",
            moved[0]
        ));
    }
    if same && inodes > 0 {
        say(format!(
            "other inode numbers, of {inodes} members (packed otherwise, or with others)"
        ));
    }
    if !rebuilt.is_empty() {
        let names: Vec<&str> = rebuilt.iter().copied().collect();
        say(format!(
            "other store paths, so built from other sources or by other tools: {}",
            names.join(", ")
        ));
    }
}

/// `/nix/store/HASH-NAME` of a name in it.
fn store_path(name: &str) -> &str {
    let end = name
        .match_indices('/')
        .nth(2)
        .map_or(name.len(), |(end, _)| end);
    &name[..end]
}

/// What it means that a member of the same name has other contents.
fn data(
    name: &str,
    own: &Found,
    other: &Found,
    pairs: &BTreeMap<&str, &str>,
    say: &mut dyn FnMut(String),
) {
    if own.member.is_link() && other.member.is_link() {
        let (a, b) = (shown(own.data), shown(other.data));
        // a link to what has become that is told by itself
        let (from, to) = (a.trim_start_matches('/'), b.trim_start_matches('/'));
        if pairs.get(from) != Some(&to) {
            say(format!("link /{name} leads to {b} instead of {a}"));
        }
    } else if let (Some(a), Some(b)) = (files::lines(own.data), files::lines(other.data)) {
        files::text(&a, &b, &mut |_, what| {
            say(format!("member /{name}: {what}"))
        });
        if a == b {
            say(format!("member /{name}: the same lines, ended otherwise"));
        }
    } else {
        let size = match own.data.len() == other.data.len() {
            true => describe(own.data, other.data, 0),
            false => format!(
                "{} bytes instead of {}",
                number(other.data.len()),
                number(own.data.len())
            ),
        };
        say(format!(
            "member /{name} differs: built from other sources? ({size})"
        ));
    }
}

fn kind(member: &cpio::Member) -> &'static str {
    match member.mode & 0o170_000 {
        0o100_000 => "a file",
        0o040_000 => "a directory",
        0o120_000 => "a link",
        0o060_000 => "a block device",
        0o020_000 => "a character device",
        0o010_000 => "a FIFO",
        0o140_000 => "a socket",
        _ => "of no known kind",
    }
}

fn size_of(found: &Found) -> String {
    match found.member.is_file() {
        true => format!("{} bytes", number(found.data.len())),
        false => kind(found.member).to_owned(),
    }
}
