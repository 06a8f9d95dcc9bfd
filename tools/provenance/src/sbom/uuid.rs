//! A UUID that nothing but content determines: version 8 of RFC 9562, of a SHA-256.

use formats::sha256;

pub fn of(content: &str) -> String {
    let hash = sha256::hex(content.as_bytes());
    format!(
        "{}-{}-8{}-8{}-{}",
        &hash[..8],
        &hash[8..12],
        &hash[12..15],
        &hash[15..18],
        &hash[18..30]
    )
}
