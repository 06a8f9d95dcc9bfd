//! The words of a command line.

/// Separated by white space, except inside double quotes, which are dropped. A quote that is never closed
/// reaches to the end (the kernel's lib/cmdline.c, `next_arg`).
pub fn split(text: &[u8]) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    let mut quoted = false;
    for &byte in text {
        match byte {
            b'"' => quoted = !quoted,
            byte if byte.is_ascii_whitespace() && !quoted => words.push(std::mem::take(&mut word)),
            byte => word.push(byte),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_inside_quotes_does_not_end_a_word() {
        assert_eq!(
            split(b"a=\"b c\" \"d e\"\t f=\"g"),
            [&b"a=b c"[..], b"d e", b"f=g"]
        );
    }

    proptest! {
        #[test]
        fn words_without_quotes_and_blanks_come_out_as_they_went_in(
            expected in prop::collection::vec("[!#-~]{1,8}", 0..8)
        ) {
            let text = expected.join(" ");
            let found: Vec<_> = split(text.as_bytes())
                .into_iter()
                .map(|word| String::from_utf8(word).unwrap())
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
