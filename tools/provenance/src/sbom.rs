//! A bill of materials: what an image is made of, in the two forms that others' tools read. Both are written from
//! one list of packages, and the same image gives the same bytes.

pub mod cyclonedx;
pub mod packages;
pub mod spdx;

use crate::sha256;

/// A UUID by nothing but content: version 8 of RFC 9562, of a SHA-256.
fn uuid(content: &str) -> String {
    let hash = sha256(content.as_bytes());
    format!(
        "{}-{}-8{}-8{}-{}",
        &hash[..8],
        &hash[8..12],
        &hash[12..15],
        &hash[15..18],
        &hash[18..30]
    )
}

#[cfg(test)]
mod tests;
