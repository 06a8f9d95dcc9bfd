//! Names and numbers as people read them.

/// A name or a text that somebody else chose: printable characters as they are, all else escaped as Rust does, so that
/// nothing steers a terminal or passes for something else. Different bytes are shown differently, so that names can be
/// compared as they are shown.
pub fn escape(bytes: &[u8]) -> String {
    let mut name = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\'' | '"' => name.push(character),
                _ => name.extend(character.escape_debug()),
            }
        }
        for byte in chunk.invalid() {
            name += &format!("\\x{byte:02x}");
        }
    }
    name
}

/// 1803264 → 1,803,264
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(escape(b"a\x1b[31m\x07\n"), "a\\u{1b}[31m\\u{7}\\n");
        // 8-bit control, right-to-left override, zero-width space
        assert_eq!(
            escape("\u{9b}\u{202e}\u{200b}".as_bytes()),
            "\\u{9b}\\u{202e}\\u{200b}"
        );
        assert_eq!(escape(b"\xffx"), "\\xffx");
        assert_eq!(escape("größe's \"x\"".as_bytes()), "größe's \"x\"");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_803_264), "1,803,264");
    }

    proptest! {
        #[test]
        fn different_bytes_are_shown_differently(a in prop::collection::vec(any::<u8>(), 0..12), b in "[\\\\xu{}0-9a-f\u{1b}]{0,12}") {
            prop_assert_eq!(escape(&a) == escape(b.as_bytes()), a == b.as_bytes());
        }
    }
}
