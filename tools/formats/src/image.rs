//! An ISO image as a whole: what each of its bytes is, down to the padding.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::ops::Range;

use crate::error::{Error, Result};
use crate::initramfs::{self, Segment};
use crate::iso9660::descriptors::{self, Descriptor};
use crate::iso9660::directories::Entry;
use crate::iso9660::volume::Volume;
use crate::layout::is_zero;
use crate::limits::Budget;
use crate::ranges::Ledger;
use crate::{boot_info, el_torito, hybrid};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartKind {
    SystemArea,
    Descriptor(Descriptor),
    PathTable {
        big_endian: bool,
    },
    Directory(String),
    Continuation,
    BootCatalogue,
    /// What makes a disk of an ISO.
    Hybrid(hybrid::Kind),
    File(String),
    /// Zeros after something.
    Padding(String),
    /// Bytes that nothing explains.
    Unaccounted,
}

impl fmt::Display for PartKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartKind::SystemArea => formatter.write_str("system area"),
            PartKind::Descriptor(kind) => formatter.write_str(kind.name()),
            PartKind::PathTable { big_endian: false } => {
                formatter.write_str("path table, little-endian")
            }
            PartKind::PathTable { big_endian: true } => {
                formatter.write_str("path table, big-endian")
            }
            PartKind::Directory(path) => write!(formatter, "directory {path}"),
            PartKind::Continuation => formatter.write_str("Rock Ridge continuation"),
            PartKind::BootCatalogue => formatter.write_str("El Torito boot catalogue"),
            PartKind::Hybrid(kind) => write!(formatter, "{kind}"),
            PartKind::File(path) => formatter.write_str(path),
            PartKind::Padding(after) => write!(formatter, "padding after {after}"),
            PartKind::Unaccounted => formatter.write_str("UNACCOUNTED FOR"),
        }
    }
}

#[derive(Debug)]
pub struct Part {
    pub range: Range<usize>,
    pub kind: PartKind,
}

#[derive(Debug)]
pub struct Image<'a> {
    pub bytes: &'a [u8],
    pub volume: Volume,
    /// Disjoint, in order, from the first byte to the last.
    pub parts: Vec<Part>,
    /// The file with a valid boot info table.
    pub boot_info: Option<String>,
}

impl<'a> Image<'a> {
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let volume = Volume::parse(bytes)?;
        let catalogue = el_torito::parse(bytes, &volume)?;

        let mut ledger = Ledger::new(bytes.len());
        claim_volume(&mut ledger, &volume)?;
        let volumes = catalogue.as_ref().map_or(&[][..], |it| &it.volumes);
        let has_fat = !volumes.is_empty();
        claim_system_area(&mut ledger, bytes, &volume, volumes)?;
        let mut boot_info = None;
        if let Some(catalogue) = &catalogue {
            ledger.claim(catalogue.range.clone(), PartKind::BootCatalogue)?;
            for program in &catalogue.programs {
                let mut files = volume.tree.files.iter();
                let file = files.find(|file| file.range.start == *program);
                let file = file.ok_or_else(|| {
                    Error::new(
                        *program,
                        "the boot catalogue names a program that is not a file",
                    )
                })?;
                if boot_info::is_valid(&bytes[file.range.clone()], *program) {
                    boot_info = Some(file.path.clone());
                }
            }
        }
        // the catalogue is a file as well
        let catalogue = catalogue.map(|catalogue| catalogue.range.start);
        claim_files(&mut ledger, &volume, catalogue, has_fat)?;

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
            .filter(|part| part.kind == PartKind::Unaccounted)
    }

    pub fn file(&self, path: &str) -> Option<&'a [u8]> {
        let file = self.volume.file(path)?;
        Some(&self.bytes[file.range.clone()])
    }

    /// The files that a boot loader hands to the kernel as its initramfs, each once.
    pub fn archives(&self) -> Vec<(&Entry, Result<Vec<Segment<'a>>>)> {
        let mut seen = HashSet::new();
        let mut budget = Budget::default();
        let files = self.volume.tree.files.iter();
        files
            .filter_map(|file| {
                let bytes = &self.bytes[file.range.clone()];
                let new = initramfs::is_initramfs(bytes) && seen.insert(file.range.start);
                new.then(|| (file, initramfs::parse(bytes, &mut budget)))
            })
            .collect()
    }
}

/// The structures of ISO 9660.
fn claim_volume(ledger: &mut Ledger<PartKind>, volume: &Volume) -> Result<()> {
    for (at, kind) in &volume.descriptors {
        ledger.claim(*at..at + kind.length(), PartKind::Descriptor(*kind))?;
    }
    for table in &volume.path_tables {
        let big_endian = table.big_endian;
        ledger.claim(table.range.clone(), PartKind::PathTable { big_endian })?;
    }
    for directory in &volume.tree.directories {
        // records that follow each other are one part
        let runs = directory
            .records
            .chunk_by(|before, after| before.end == after.start);
        for run in runs {
            if let [first, ..] = run {
                let end = run.last().map_or(first.end, |last| last.end);
                let kind = PartKind::Directory(directory.path.clone());
                ledger.claim(first.start..end, kind)?;
            }
        }
    }
    for range in &volume.tree.continuations {
        ledger.claim(range.clone(), PartKind::Continuation)?;
    }
    Ok(())
}

/// Nothing, or what makes a disk of the ISO: wherever that is not what it has to be, it is unaccounted for.
fn claim_system_area(
    ledger: &mut Ledger<PartKind>,
    bytes: &[u8],
    volume: &Volume,
    volumes: &[usize],
) -> Result<()> {
    match volumes {
        [] => return ledger.claim(0..descriptors::START, PartKind::SystemArea),
        [start] if *start == hybrid::start(volume) => (),
        [other, ..] => {
            return Err(Error::new(
                *other,
                "the boot catalogue names a volume for UEFI that is not where it belongs",
            ));
        }
    }
    for piece in hybrid::expected(bytes, volume)? {
        let range = piece.range();
        let is_other = |at: &usize| bytes[*at] != piece.bytes[*at - range.start];
        let other = match (range.clone().find(is_other), range.clone().rfind(is_other)) {
            (Some(first), Some(last)) => first..last + 1,
            _ => range.end..range.end,
        };
        let kind = PartKind::Hybrid(piece.kind);
        ledger.claim(range.start..other.start, kind.clone())?;
        ledger.claim(other.clone(), PartKind::Unaccounted)?;
        ledger.claim(other.end..range.end, kind)?;
    }
    Ok(())
}

/// Each file once, by all its names; the catalogue and the FAT are claimed as that.
fn claim_files(
    ledger: &mut Ledger<PartKind>,
    volume: &Volume,
    catalogue: Option<usize>,
    has_fat: bool,
) -> Result<()> {
    let is_room = |file: &Entry| has_fat && file.path == hybrid::ROOM;
    let mut names: BTreeMap<(usize, usize), String> = BTreeMap::new();
    for file in &volume.tree.files {
        if Some(file.range.start) == catalogue || is_room(file) {
            continue;
        }
        names
            .entry((file.range.start, file.range.end))
            .and_modify(|names| names.push_str(&format!(" = {}", file.path)))
            .or_insert_with(|| file.path.clone());
    }
    for ((start, end), names) in names {
        ledger.claim(start..end, PartKind::File(names))?;
    }
    Ok(())
}

/// The ledger's claims, and what is between them: zeros are padding, and nothing else is.
fn with_gaps(bytes: &[u8], ledger: Ledger<PartKind>) -> Result<Vec<Part>> {
    let settled = ledger.settle()?;
    let mut parts: Vec<Part> = Vec::new();
    for (range, kind) in settled.claims {
        if kind == PartKind::SystemArea && !is_zero(&bytes[range.clone()]) {
            zeros_and_others(bytes, range, "the file's beginning", &mut parts);
        } else {
            parts.push(Part { range, kind });
        }
    }
    let mut padding = Vec::new();
    for gap in settled.gaps {
        let after = parts.partition_point(|part| part.range.start < gap.start);
        let after = after
            .checked_sub(1)
            .map_or(String::from("nothing"), |before| {
                parts[before].kind.to_string()
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
            let kind = if zero {
                PartKind::Padding(after.to_owned())
            } else {
                PartKind::Unaccounted
            };
            parts.push(Part { range, kind });
        }
    }
}
