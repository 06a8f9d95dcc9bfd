//! The words of a command line.

/// Separated by white space, except inside double quotes, which are dropped (the kernel's lib/cmdline.c,
/// `next_arg`). A quote that is never closed reaches to the end: the word that this results in is returned
/// separately, since it can't be what was meant.
pub fn split(text: &[u8]) -> (Vec<Vec<u8>>, Option<Vec<u8>>) {
    let mut words = Vec::new();
    let mut word = Vec::new();
    let mut quoted = false;
    for &byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b' ' | b'\t'..=b'\r' if !quoted => words.push(std::mem::take(&mut word)),
            byte => word.push(byte),
        }
    }
    let unclosed = quoted.then(|| std::mem::take(&mut word));
    words.push(word);
    words.retain(|word| !word.is_empty());
    (words, unclosed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_inside_quotes_does_not_end_a_word() {
        let (words, unclosed) = split(b"a=\"b c\" \"d e\"\t f=g\x0bh\n");
        assert_eq!(words, [&b"a=b c"[..], b"d e", b"f=g", b"h"]);
        assert_eq!(unclosed, None);
    }

    #[test]
    fn a_quote_that_is_never_closed_spoils_no_word_before_it() {
        let (words, unclosed) = split(b"a=b c=\"d e=f");
        assert_eq!(words, [b"a=b"]);
        assert_eq!(unclosed.as_deref(), Some(&b"c=d e=f"[..]));
    }

    proptest! {
        #[test]
        fn words_without_quotes_and_blanks_come_out_as_they_went_in(
            expected in prop::collection::vec("[!#-~]{1,8}", 0..8)
        ) {
            let text = expected.join(" ");
            let (found, _) = split(text.as_bytes());
            let found: Vec<_> = found
                .into_iter()
                .map(|word| String::from_utf8(word).unwrap())
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
