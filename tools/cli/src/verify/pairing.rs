//! Which member of one archive has become which of another: store paths have other hashes with every change of a
//! source.

use std::collections::{BTreeMap, BTreeSet};

/// A name or a link's end without the hashes of store paths, which change with every source.
pub fn without_hash(name: &str) -> String {
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
pub fn pairs<'a>(
    ours: &BTreeSet<&'a str>,
    theirs: &BTreeSet<&'a str>,
) -> BTreeMap<&'a str, &'a str> {
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

/// `/nix/store/HASH-NAME` of a name in it.
pub fn store_path(name: &str) -> &str {
    let end = name
        .match_indices('/')
        .nth(2)
        .map_or(name.len(), |(end, _)| end);
    &name[..end]
}
