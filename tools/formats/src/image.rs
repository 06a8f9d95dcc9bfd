//! An ISO image as a whole: what each of its bytes is, down to the padding.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;

use crate::fields::is_zero;
use crate::initramfs::{self, Layer};
use crate::iso9660::{self, DESCRIPTORS, Descriptor, Volume};
use crate::limits::Left;
use crate::ranges::Ledger;
use crate::{Error, Result, el_torito};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    SystemArea,
    Descriptor(Descriptor),
    PathTable {
        big_endian: bool,
    },
    Directory(String),
    Continuation,
    BootCatalogue,
    File(String),
    /// Zeros after something.
    Padding(String),
    /// Bytes that nothing explains.
    Unaccounted,
}

impl fmt::Display for What {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::SystemArea => formatter.write_str("system area"),
            What::Descriptor(kind) => formatter.write_str(kind.name()),
            What::PathTable { big_endian: false } => {
                formatter.write_str("path table, little-endian")
            }
            What::PathTable { big_endian: true } => formatter.write_str("path table, big-endian"),
            What::Directory(path) => write!(formatter, "directory {path}"),
            What::Continuation => formatter.write_str("Rock Ridge continuation"),
            What::BootCatalogue => formatter.write_str("El Torito boot catalogue"),
            What::File(path) => formatter.write_str(path),
            What::Padding(after) => write!(formatter, "padding after {after}"),
            What::Unaccounted => formatter.write_str("UNACCOUNTED FOR"),
        }
    }
}

pub struct Part {
    pub range: Range<usize>,
    pub what: What,
}

pub struct Image<'a> {
    pub bytes: &'a [u8],
    pub volume: Volume,
    /// Disjoint, in order, from the first byte to the last.
    pub parts: Vec<Part>,
    /// The file in which xorriso wrote where it put it, where it is what it must be.
    pub boot_info: Option<String>,
}

impl<'a> Image<'a> {
    pub fn read(bytes: &'a [u8]) -> Result<Self> {
        let volume = iso9660::parse(bytes)?;
        let catalogue = el_torito::parse(bytes, &volume)?;

        let mut ledger = Ledger::new(bytes.len());
        ledger.claim(0..DESCRIPTORS, What::SystemArea)?;
        for (at, kind) in &volume.descriptors {
            ledger.claim(*at..at + kind.length(), What::Descriptor(*kind))?;
        }
        for table in &volume.path_tables {
            let big_endian = table.big_endian;
            ledger.claim(table.range.clone(), What::PathTable { big_endian })?;
        }
        for directory in &volume.directories {
            // records that follow each other are one part
            let mut run: Option<Range<usize>> = None;
            for record in &directory.records {
                run = match run {
                    Some(run) if run.end == record.start => Some(run.start..record.end),
                    Some(run) => {
                        ledger.claim(run, What::Directory(directory.path.clone()))?;
                        Some(record.clone())
                    }
                    None => Some(record.clone()),
                };
            }
            if let Some(run) = run {
                ledger.claim(run, What::Directory(directory.path.clone()))?;
            }
        }
        for range in &volume.continuations {
            ledger.claim(range.clone(), What::Continuation)?;
        }
        let mut boot_info = None;
        if let Some(catalogue) = &catalogue {
            ledger.claim(catalogue.range.clone(), What::BootCatalogue)?;
            for program in &catalogue.programs {
                let file = volume
                    .files
                    .iter()
                    .find(|file| file.range.start == *program);
                let file = file.ok_or_else(|| {
                    Error::new(
                        *program,
                        "the boot catalogue names a program that is no file",
                    )
                })?;
                if el_torito::has_boot_info(&bytes[file.range.clone()], *program) {
                    boot_info = Some(file.path.clone());
                }
            }
        }
        // two names may share one file's bytes
        let mut files: BTreeMap<(usize, usize), String> = BTreeMap::new();
        for file in &volume.files {
            let is_catalogue = catalogue
                .as_ref()
                .is_some_and(|catalogue| catalogue.range.start == file.range.start);
            if is_catalogue {
                continue;
            }
            files
                .entry((file.range.start, file.range.end))
                .and_modify(|names| names.push_str(&format!(" = {}", file.path)))
                .or_insert_with(|| file.path.clone());
        }
        for ((start, end), names) in files {
            ledger.claim(start..end, What::File(names))?;
        }

        Ok(Image {
            bytes,
            volume,
            parts: with_gaps(bytes, ledger)?,
            boot_info,
        })
    }

    pub fn unaccounted(&self) -> impl Iterator<Item = &Part> {
        self.parts
            .iter()
            .filter(|part| part.what == What::Unaccounted)
    }

    pub fn file(&self, path: &str) -> Option<&'a [u8]> {
        let file = self.volume.files.iter().find(|file| file.path == path)?;
        Some(&self.bytes[file.range.clone()])
    }

    /// The files that a boot loader hands to the kernel as its initramfs, each once.
    pub fn archives(&self) -> Vec<(&iso9660::Entry, Result<Vec<Layer<'a>>>)> {
        let mut seen = HashSet::new();
        let mut left = Left::default();
        self.volume
            .files
            .iter()
            .filter_map(|file| {
                let bytes = &self.bytes[file.range.clone()];
                let new = initramfs::is_initramfs(bytes) && seen.insert(file.range.start);
                new.then(|| (file, initramfs::parse(bytes, &mut left)))
            })
            .collect()
    }
}

/// The ledger's claims, and what is between them: zeros are padding, and nothing else is.
fn with_gaps(bytes: &[u8], ledger: Ledger<What>) -> Result<Vec<Part>> {
    let settled = ledger.settle()?;
    let mut parts: Vec<Part> = Vec::new();
    for (range, what) in settled.claims {
        if what == What::SystemArea && !is_zero(&bytes[range.clone()]) {
            zeros_and_others(bytes, range, "the file's beginning", &mut parts);
        } else {
            parts.push(Part { range, what });
        }
    }
    let mut padding = Vec::new();
    for gap in settled.gaps {
        let after = parts.partition_point(|part| part.range.start < gap.start);
        let after = after
            .checked_sub(1)
            .map_or(String::from("nothing"), |before| {
                parts[before].what.to_string()
            });
        zeros_and_others(bytes, gap, &after, &mut padding);
    }
    parts.extend(padding);
    parts.sort_by_key(|part| part.range.start);
    Ok(parts)
}

/// A range that ought to be zero: from its first byte that is not to the last one, it is unaccounted for.
fn zeros_and_others(bytes: &[u8], range: Range<usize>, after: &str, parts: &mut Vec<Part>) {
    let gap = &bytes[range.clone()];
    let first = gap.iter().position(|byte| *byte != 0);
    let last = gap.iter().rposition(|byte| *byte != 0);
    let pieces = match (first, last) {
        (Some(first), Some(last)) => {
            let other = range.start + first..range.start + last + 1;
            vec![
                (range.start..other.start, true),
                (other.clone(), false),
                (other.end..range.end, true),
            ]
        }
        _ => vec![(range, true)],
    };
    for (range, zero) in pieces {
        if !range.is_empty() {
            let what = if zero {
                What::Padding(after.to_owned())
            } else {
                What::Unaccounted
            };
            parts.push(Part { range, what });
        }
    }
}
