//! The tree of directories: where each is, and where the files are that it names.

use std::collections::HashSet;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::iso9660::record::{self, Record};
use crate::iso9660::rock_ridge;
use crate::limits::{self, Budget};
use crate::text::escape;

/// A file or a directory, as the directory that it is in has it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Escaped.
    pub path: String,
    pub range: Range<usize>,
}

#[derive(Debug)]
pub struct Directory {
    pub path: String,
    /// The whole sectors.
    pub range: Range<usize>,
    /// The records within, without the zeros after the last of each sector.
    pub records: Vec<Range<usize>>,
}

#[derive(Debug, Default)]
pub struct Tree {
    pub directories: Vec<Directory>,
    pub files: Vec<Entry>,
    /// Rock Ridge entries that had no room in their record.
    pub continuations: Vec<Range<usize>>,
}

/// All that is below the root directory at `root`.
pub fn parse(bytes: &[u8], root: Range<usize>) -> Result<Tree> {
    let mut tree = Tree::default();
    let mut seen = HashSet::from([root.start]);
    let mut waiting = vec![(String::from("/"), root, 0)];
    // directories that share no byte can't be larger than the file that they are in
    let mut left = bytes.len();
    let mut budget = Budget::default();
    while let Some((path, range, depth)) = waiting.pop() {
        left = left
            .checked_sub(range.len())
            .ok_or_else(|| Error::new(range.start, format!("{path} overlaps other directories")))?;
        let (records, entries) = directory(bytes, &path, &range, &mut tree.continuations)?;
        if !entries
            .iter()
            .all(|(entry, _)| budget.take_entry(&entry.path))
        {
            return Err(Error::new(
                range.start,
                format!(
                    "more than {} files, or names that are too long",
                    limits::ENTRIES
                ),
            ));
        }
        tree.directories.push(Directory {
            path,
            range: range.clone(),
            records,
        });
        for (entry, is_directory) in entries {
            let wrong = |why: String| Error::new(range.start, format!("{}: {why}", entry.path));
            if !is_directory {
                tree.files.push(entry);
            } else if !seen.insert(entry.range.start) {
                return Err(wrong(String::from("the directory was seen before: a loop")));
            } else if depth == limits::DEPTH {
                return Err(wrong(format!(
                    "more than {} directories deep",
                    limits::DEPTH
                )));
            } else {
                waiting.push((entry.path, entry.range, depth + 1));
            }
        }
    }
    tree.directories.sort_by(|a, b| a.path.cmp(&b.path));
    tree.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(tree)
}

type Records = (Vec<Range<usize>>, Vec<(Entry, bool)>);

/// The records of one directory, and what they name: is it a directory?
fn directory(
    bytes: &[u8],
    path: &str,
    range: &Range<usize>,
    continuations: &mut Vec<Range<usize>>,
) -> Result<Records> {
    let mut records = Vec::new();
    let mut entries = Vec::new();
    let mut names = HashSet::new();
    let mut at = range.start;
    while at < range.end {
        let next_sector = record::next_sector(at);
        let record = Record::parse(bytes, at, range.end.min(next_sector))
            .map_err(|error| Error::new(error.at, format!("{path}: {}", error.message)))?;
        let Some(record) = record else {
            at = next_sector;
            continue;
        };
        records.push(record.range.clone());
        if records.len() > limits::ENTRIES {
            return Err(Error::new(
                at,
                format!("more than {} records", limits::ENTRIES),
            ));
        }
        let name = rock_ridge::name_in(bytes, record.system_use.clone(), continuations)?;
        let identifier = &bytes[record.identifier.clone()];
        if identifier != record::SELF && identifier != record::PARENT {
            let name = match name {
                Some(name) => name,
                None => record::plain_name(identifier).to_vec(),
            };
            let leads_elsewhere = name.contains(&b'/') || name.contains(&0);
            let name = if leads_elsewhere || matches!(name.as_slice(), b"" | b"." | b"..") {
                let name = escape(&name);
                return Err(Error::new(
                    at,
                    format!("{path} has a file called \"{name}\", which leads elsewhere"),
                ));
            } else {
                escape(&name)
            };
            let path = format!("{}/{name}", path.trim_end_matches('/'));
            if path.len() > limits::PATH {
                return Err(Error::new(at, format!("a path of {} bytes", path.len())));
            }
            if !names.insert(name) {
                return Err(Error::new(at, format!("a second {path}")));
            }
            if !record.is_plain {
                return Err(Error::new(
                    at,
                    format!("{path} is in several pieces, which is not supported"),
                ));
            }
            let range = record::extent(bytes, at, &path)?;
            entries.push((Entry { path, range }, record.is_directory));
        }
        at = record.range.end;
    }
    Ok((records, entries))
}
