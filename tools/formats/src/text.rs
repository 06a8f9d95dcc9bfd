//! Names and texts that somebody else chose, as they are shown: nothing in them steers a terminal, or passes for
//! something else. Different bytes are shown differently, so that names can be compared as they are shown.

/// Printable text as it is, all else escaped as Rust does.
pub fn shown(bytes: &[u8]) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_escaped() {
        assert_eq!(shown(b"a\x1b[31m\x07\n"), "a\\u{1b}[31m\\u{7}\\n");
        // 8-bit control, right-to-left override, zero-width space
        assert_eq!(
            shown("\u{9b}\u{202e}\u{200b}".as_bytes()),
            "\\u{9b}\\u{202e}\\u{200b}"
        );
        assert_eq!(shown(b"\xffx"), "\\xffx");
        assert_eq!(shown("größe's \"x\"".as_bytes()), "größe's \"x\"");
    }

    proptest! {
        #[test]
        fn different_bytes_are_shown_differently(a in prop::collection::vec(any::<u8>(), 0..12), b in "[\\\\xu{}0-9a-f\u{1b}]{0,12}") {
            prop_assert_eq!(shown(&a) == shown(b.as_bytes()), a == b.as_bytes());
        }
    }
}
