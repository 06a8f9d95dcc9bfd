//! Texts, compared line by line.

use crate::verify::difference::Explain;

/// What is longer was not written by a person.
const TEXT: usize = 1 << 20;
/// Lines that are quoted, and how much of each.
const LINES: usize = 4;
const COLUMNS: usize = 120;

/// Could a person have written so many bytes?
pub fn is_short(bytes: &[u8]) -> bool {
    bytes.len() < TEXT
}

/// The lines of a text of a size that a person may have written.
pub fn lines(bytes: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|_| is_short(bytes))?;
    let printable = |character: char| !character.is_control() || "\n\t\r".contains(character);
    text.chars().all(printable).then(|| text.lines().collect())
}

pub fn compare(ours: &[&str], theirs: &[&str], explain: &mut Explain) {
    let quote = |line: &str| match line.char_indices().nth(COLUMNS) {
        Some((end, _)) => format!("{:?}…", &line[..end]),
        None => format!("{line:?}"),
    };
    let mut differing = 0;
    let mut offset = 0;
    for index in 0..ours.len().max(theirs.len()) {
        let (a, b) = (ours.get(index), theirs.get(index));
        if a != b {
            differing += 1;
            if differing <= LINES {
                let line = index + 1;
                explain(
                    offset,
                    match (a, b) {
                        (Some(a), Some(b)) => {
                            format!("line {line} says {} instead of {}", quote(b), quote(a))
                        }
                        (None, Some(b)) => format!("line {line} is new: {}", quote(b)),
                        (Some(a), None) => format!("line {line} is missing: {}", quote(a)),
                        (None, None) => String::new(),
                    },
                );
            }
        }
        offset += b.map_or(0, |line| line.len() + 1);
    }
    if differing > LINES {
        explain(0, format!("and {} more lines differ", differing - LINES));
    }
}
