//! SHA-256, as everybody writes it.

use std::fmt::Write;

use sha2::{Digest, Sha256};

pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The hash of `bytes`, in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
