//! The boot loader: its boot info table field by field, and its code.

use formats::boot_info::{self, table};

use crate::verify::byte_ranges::{describe, first};
use crate::verify::difference::Explain;
use crate::verify::fields::{self, Explained, UNUSED};

const LOADER: &str = "it no longer finds itself, or its file was changed after this was written";

/// Two loaders of the same length, which may be no shorter than a table.
pub fn compare(
    ours: &[u8],
    theirs: &[u8],
    cause: impl Fn(&[u8], &[u8]) -> &'static str,
    base: usize,
    explain: &mut Explain,
) {
    let fields: Vec<Explained> = table::FIELDS
        .iter()
        .map(|field| match *field {
            table::RESERVED => (table::RESERVED, UNUSED),
            field => (field, LOADER),
        })
        .collect();
    // the table alone
    let (begin, end) = (boot_info::RANGE.start, boot_info::RANGE.end);
    let with_table = [&ours[..begin], &theirs[begin..end]].concat();
    fields::compare(&fields, &ours[..end], &with_table, base, explain);
    for range in [0..begin, end..ours.len()] {
        let (a, b) = (&ours[range.clone()], &theirs[range.clone()]);
        if a != b {
            let what = describe(a, b, base + range.start);
            explain(
                range.start + first(a, b),
                format!("the boot loader's code: {what} ({})", cause(a, b)),
            );
        }
    }
}
