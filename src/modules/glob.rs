//! Shell patterns, as fnmatch(3) without flags reads them: neither '/' nor a leading '.' is special.
//! Bytes in brackets are compared by their values; character classes (`[[:digit:]]`) are not supported, since
//! no driver's alias has one.

/// Does `pattern` match all of `text`? Takes at most as many steps as the product of their lengths,
/// however many stars there are: only the last one is ever tried again.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    // what follows the last star, and the text that it has to match next
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            pattern = rest;
            retry = Some((rest, text));
            continue;
        }
        let matched = text
            .split_first()
            .and_then(|(&byte, rest)| Some((match_one(pattern, byte)?, rest)));
        if let Some(rest) = matched {
            (pattern, text) = rest;
            continue;
        }
        if pattern.is_empty() && text.is_empty() {
            return true;
        }
        // the star takes one more byte
        let Some((behind, [_, rest @ ..])) = retry else {
            return false;
        };
        (pattern, text) = (behind, rest);
        retry = Some((behind, rest));
    }
}

/// The pattern after its first element, which is not a star, if that matches `byte`.
fn match_one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    let (is_match, rest) = match pattern {
        [] | [b'\\'] => return None,
        [b'?', rest @ ..] => (true, rest),
        [b'\\', literal, rest @ ..] => (*literal == byte, rest),
        // a bracket that is never closed stands for itself
        [b'[', rest @ ..] => match_set(rest, byte).unwrap_or((byte == b'[', rest)),
        [literal, rest @ ..] => (*literal == byte, rest),
    };
    is_match.then_some(rest)
}

/// Whether `byte` is in the set that `[` opened, and what follows its `]`. `None` if that is missing.
fn match_set(set: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let (negated, mut set) = match set {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    let mut found = false;
    let mut is_first = true;
    loop {
        match set {
            [b']', rest @ ..] if !is_first => return Some((found != negated, rest)),
            _ => is_first = false,
        }
        let (low, rest) = member(set)?;
        let (high, rest) = match rest {
            // before the closing bracket a hyphen is itself a member
            [b'-', rest @ ..] if !rest.starts_with(b"]") => member(rest)?,
            _ => (low, rest),
        };
        found |= (low..=high).contains(&byte);
        set = rest;
    }
}

fn member(set: &[u8]) -> Option<(u8, &[u8])> {
    match set {
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => Some((*literal, rest)),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_drivers_pattern_matches_the_devices_it_was_written_for_and_no_other() {
        let e1000 = "pci:v00008086d0000100Esv*sd*bc*sc*i*";
        assert!(matches(
            e1000,
            "pci:v00008086d0000100Esv00001AF4sd00001100bc02sc00i00"
        ));
        assert!(!matches(
            e1000,
            "pci:v00008086d000010D3sv00001AF4sd00000000bc02sc00i00"
        ));
        assert!(matches(
            "usb:v0BDAp8153d30[0-4]*dc*",
            "usb:v0BDAp8153d3000dc00"
        ));
        assert!(!matches(
            "usb:v0BDAp8153d30[0-4]*dc*",
            "usb:v0BDAp8153d3500dc00"
        ));
    }

    #[test]
    fn a_pattern_made_to_be_slow_is_matched_at_once() {
        let stars = "*a".repeat(2000) + "b";
        assert!(!matches(&stars, &"a".repeat(4000)));
    }

    proptest! {
        #[test]
        fn any_text_is_a_pattern(pattern in "[*?!^\\]\\[\\\\a-]{0,20}|.*", text in ".*") {
            matches(&pattern, &text);
        }
    }
}
