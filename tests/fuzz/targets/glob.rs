//! A pattern's match agrees with a matcher that takes its time and is simple.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scratchmachine::modules::glob;

/// The bytes that one element of a pattern stands for; `None` is a star.
type Element = Option<[bool; 256]>;

fn element(is_member: impl Fn(u8) -> bool) -> Element {
    Some(std::array::from_fn(|byte| is_member(byte as u8)))
}

fn elements(pattern: &[u8]) -> Vec<Element> {
    let mut elements = vec![];
    let mut at = 0;
    while at < pattern.len() {
        match pattern[at] {
            b'*' => elements.push(None),
            b'?' => elements.push(element(|_| true)),
            b'\\' => {
                at += 1;
                // at the end it quotes nothing, and nothing matches that
                let quoted = pattern.get(at).copied();
                elements.push(element(|byte| Some(byte) == quoted));
            }
            b'[' => match set(pattern, at + 1) {
                Some((set, end)) => {
                    elements.push(set);
                    at = end;
                }
                None => elements.push(element(|byte| byte == b'[')),
            },
            literal => elements.push(element(|byte| byte == literal)),
        }
        at += 1;
    }
    elements
}

/// The set that begins at `at`, and where its bracket closes.
fn set(pattern: &[u8], mut at: usize) -> Option<(Element, usize)> {
    let is_negated = matches!(pattern.get(at)?, b'!' | b'^');
    at += usize::from(is_negated);
    let first = at;
    let mut members = [false; 256];
    while at == first || *pattern.get(at)? != b']' {
        let low = member(pattern, &mut at)?;
        let mut high = low;
        if pattern.get(at) == Some(&b'-') && pattern.get(at + 1) != Some(&b']') {
            at += 1;
            high = member(pattern, &mut at)?;
        }
        for byte in low..=high {
            members[usize::from(byte)] = true;
        }
    }
    Some((element(|byte| members[usize::from(byte)] != is_negated), at))
}

fn member(pattern: &[u8], at: &mut usize) -> Option<u8> {
    if pattern.get(*at) == Some(&b'\\') && *at + 1 < pattern.len() {
        *at += 1;
    }
    *at += 1;
    pattern.get(*at - 1).copied()
}

/// Which beginnings of the text do the elements so far match?
fn plainly_matches(pattern: &str, text: &str) -> bool {
    let text = text.as_bytes();
    let mut matched = vec![false; text.len() + 1];
    matched[0] = true;
    for element in elements(pattern.as_bytes()) {
        let before = std::mem::replace(&mut matched, vec![false; text.len() + 1]);
        for end in 0..=text.len() {
            matched[end] = match &element {
                None => before[..=end].contains(&true),
                Some(members) => end > 0 && before[end - 1] && members[usize::from(text[end - 1])],
            };
        }
    }
    matched[text.len()]
}

// a line with the pattern, then the text
fuzz_target!(|bytes: &[u8]| {
    let input = String::from_utf8_lossy(bytes);
    let (pattern, text) = input.split_once('\n').unwrap_or((&input, ""));
    assert_eq!(
        glob::matches(pattern, text),
        plainly_matches(pattern, text),
        "{pattern:?} on {text:?}"
    );
});
