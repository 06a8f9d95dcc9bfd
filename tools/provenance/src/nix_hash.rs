//! A SHA-256 in the ways in which Nix writes it.

use std::fmt::Write;

const BASE_32: &[u8] = b"0123456789abcdfghijklmnpqrsvwxyz";
const BASE_64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A hash in hexadecimal that was `sha256:` and hexadecimal, Nix's base 32 or base 64, or SRI's `sha256-` and base 64;
/// none if it was something else.
pub fn to_hex(hash: &str) -> Option<String> {
    let digits = hash
        .strip_prefix("sha256:")
        .or_else(|| hash.strip_prefix("sha256-"))?;
    let mut bytes = [0u8; 32];
    // each digit's value, with the place of its lowest bit among all 256, which count from the first byte's lowest
    let mut put = |value: usize, bits: usize, place: &dyn Fn(usize) -> usize| {
        for bit in 0..bits {
            if (value >> bit) & 1 == 1 {
                let place = place(bit);
                *bytes.get_mut(place / 8)? |= 1 << (place % 8);
            }
        }
        Some(())
    };
    let value = |alphabet: &[u8], digit| alphabet.iter().position(|&it| it == digit);
    match digits.len() {
        64 if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
            return Some(digits.to_ascii_lowercase());
        }
        // a number whose lowest digit is the last, and whose lowest byte is the first
        52 => {
            for (index, digit) in digits.bytes().rev().enumerate() {
                put(value(BASE_32, digit)?, 5, &|bit| index * 5 + bit)?;
            }
        }
        // bits in the order in which they are written, the highest of each byte first
        44 => {
            for (index, digit) in digits.strip_suffix('=')?.bytes().enumerate() {
                put(value(BASE_64, digit)?, 6, &|bit| (index * 6 + 5 - bit) ^ 7)?;
            }
        }
        _ => return None,
    }
    Some(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_hash_is_read() {
        // of no bytes
        let hexadecimal = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        for written in [
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "sha256:0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        ] {
            assert_eq!(to_hex(written).as_deref(), Some(hexadecimal), "{written}");
        }
    }

    #[test]
    fn what_is_not_a_sha256_is_refused() {
        for written in [
            "",
            "sha256:",
            "sha512-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUU",
            "sha256:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
            "sha256:emdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73",
        ] {
            assert_eq!(to_hex(written), None, "{written}");
        }
    }
}
