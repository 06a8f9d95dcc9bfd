//! What it means that a part of an image differs.

use formats::image::PartKind;

use crate::verify::byte_ranges::{describe, first, sizes};
use crate::verify::difference::Difference;
use crate::verify::{el_torito, file, hybrid, iso9660};

/// The differences of a part that lies at `base` of theirs. There is at least one.
pub fn compare(
    kind: &PartKind,
    ours: &[u8],
    theirs: &[u8],
    base: usize,
    boot_info: Option<&str>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut explain = |at: usize, explanation: String| {
        differences.push(Difference {
            offset: base + at,
            part: kind.to_string(),
            explanation,
        });
    };
    let explain = &mut explain;
    match kind {
        PartKind::Descriptor(kind) => iso9660::descriptor(*kind, ours, theirs, base, explain),
        PartKind::Directory(_) => iso9660::directory(ours, theirs, base, explain),
        PartKind::PathTable { big_endian } => {
            iso9660::path_table(ours, theirs, *big_endian, base, explain);
        }
        PartKind::Continuation => iso9660::continuation(ours, theirs, base, explain),
        PartKind::BootCatalogue => el_torito::catalogue(ours, theirs, base, explain),
        PartKind::Hybrid(kind) => hybrid::compare(kind, ours, theirs, base, explain),
        PartKind::SystemArea | PartKind::Padding(_) => explain(
            first(ours, theirs),
            format!(
                "{}, where this checkout's image has zeros: something was written here afterwards",
                describe(ours, theirs, base)
            ),
        ),
        PartKind::File(path) => {
            let has_boot_info = boot_info == Some(path);
            file::compare(path, ours, theirs, base, has_boot_info, explain);
        }
        PartKind::Unaccounted => (),
    }
    if differences.is_empty() {
        differences.push(Difference {
            offset: base,
            part: kind.to_string(),
            explanation: match ours.len() == theirs.len() {
                true => describe(ours, theirs, base),
                false => sizes(ours.len(), theirs.len()),
            },
        });
    }
    differences
}
