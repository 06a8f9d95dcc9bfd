//! Where every byte of an image came from, and how two images differ.
//!
//! All parsers take a `&[u8]` that may be anything at all: they return an error, in time and memory that the
//! constants in `limits` bound, and never panic.
#![forbid(unsafe_code)]

pub mod closure;
pub mod cpio;
pub mod derivation;
pub mod differences;
pub mod el_torito;
pub mod error;
pub mod fields;
pub mod file;
pub mod hash;
pub mod identifier;
pub mod image;
pub mod initramfs;
pub mod iso9660;
pub mod kinds;
pub mod layer;
pub mod limits;
pub mod linked;
pub mod names;
pub mod provenance;
pub mod ranges;
pub mod report;
pub mod sample;
pub mod sbom;
pub mod text;
pub mod zstd;

pub use error::{Error, Result};

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The SHA-256 of `bytes`, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
