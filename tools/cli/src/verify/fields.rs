//! Structures of known fields, compared field by field.

use formats::layout::{Encoding, Field, big_endian, little_endian};
use formats::text::escape;

use crate::verify::byte_ranges::describe;
use crate::verify::difference::Explain;

/// What it may mean that a field differs.
pub const UNUSED: &str = "nothing reads it: something was hidden here?";
pub const MADE: &str = "made by another tool, or changed afterwards";

/// A field, and what it may mean that it differs.
pub type Explained = (Field, &'static str);

/// Fields with their meanings: `MADE` if `meanings` has none.
pub fn explained(fields: &[Field], meanings: &[Explained]) -> Vec<Explained> {
    fields
        .iter()
        .map(|field| {
            let known = meanings.iter().find(|(it, _)| it == field);
            (*field, known.map_or(MADE, |(_, meaning)| meaning))
        })
        .collect()
}

/// One explanation for each field that differs, and one for what is outside all of them.
pub fn compare(
    fields: &[Explained],
    ours: &[u8],
    theirs: &[u8],
    base: usize,
    explain: &mut Explain,
) {
    let length = ours.len().min(theirs.len());
    let mut covered = vec![false; length];
    for (field, meaning) in fields {
        let range = field.start.min(length)..field.end.min(length);
        covered[range.clone()].fill(true);
        let (a, b) = (&ours[range.clone()], &theirs[range.clone()]);
        if a != b {
            let (before, after) = (present(field.encoding, a), present(field.encoding, b));
            let short = range.len() <= 20 || before.starts_with('"') && after.starts_with('"');
            let what = match short {
                true => format!("{after} instead of {before}"),
                false => describe(a, b, base + range.start),
            };
            explain(range.start, format!("{}: {what} ({meaning})", field.name));
        }
    }
    let outside = (0..length).filter(|at| !covered[*at] && ours[*at] != theirs[*at]);
    let outside: Vec<usize> = outside.collect();
    if let Some(first) = outside.first() {
        explain(
            *first,
            format!(
                "{} bytes that have no meaning differ ({UNUSED})",
                outside.len()
            ),
        );
    }
}

fn present(encoding: Encoding, bytes: &[u8]) -> String {
    match (encoding, bytes) {
        (Encoding::Little, [_, ..]) => little_endian(bytes).to_string(),
        (Encoding::Big, [_, ..]) => big_endian(bytes).to_string(),
        (Encoding::Both | Encoding::Mode, [_, _, ..]) => {
            let (first, second) = bytes.split_at(bytes.len() / 2);
            let number = |number: usize| match encoding {
                Encoding::Mode => format!("{number:o}"),
                _ => number.to_string(),
            };
            match (little_endian(first), big_endian(second)) {
                (one, same) if one == same => number(one),
                (one, other) => format!(
                    "{} in one byte order and {} in the other",
                    number(one),
                    number(other)
                ),
            }
        }
        (Encoding::Date, [year, month, day, hour, minute, second, zone]) => {
            let year = 1900 + u32::from(*year);
            let zone = i32::from(*zone as i8) * 15;
            let zone = match zone {
                0 => String::new(),
                minutes => format!(" {minutes:+} minutes"),
            };
            format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{zone}")
        }
        _ => raw(bytes),
    }
}

/// As text where it is text, as bytes where not.
fn raw(bytes: &[u8]) -> String {
    let text = bytes.trim_ascii_end();
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    let text = match text.iter().rposition(|byte| *byte != 0) {
        Some(last) => &text[..=last],
        None => &[],
    };
    if bytes.iter().all(|byte| *byte == 0) {
        String::from("zeros")
    } else if bytes.iter().all(|byte| *byte == b' ') {
        String::from("blanks")
    } else if text.len() > 1 && text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        format!("\"{}\"", escape(text))
    } else {
        let hex: Vec<String> = bytes
            .iter()
            .take(20)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        hex.join(" ") + if bytes.len() > 20 { " …" } else { "" }
    }
}
