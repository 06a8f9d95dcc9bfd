//! The formats of images and of what is in them: each layout is described once, and read and written by that
//! description.
//!
//! Nothing here makes a system call. All parsers take a `&[u8]` that may be anything at all: they return an error, in
//! time and memory that the constants in `limits` bound, and never panic.
#![forbid(unsafe_code)]

// formats
pub mod assembly;
pub mod boot_info;
pub mod bzimage;
pub mod cpio;
pub mod el_torito;
pub mod fat;
pub mod gpt;
pub mod hybrid;
pub mod image;
pub mod initramfs;
pub mod iso9660;
pub mod isolinux;
pub mod mbr;
pub mod memory;
pub mod pe;
pub mod settings_layer;
pub mod zstd;

// what they are described and read with
pub mod calendar;
pub mod crc32;
pub mod error;
pub mod layout;
pub mod limits;
pub mod ranges;
pub mod sha256;
pub mod signatures;
pub mod text;

pub mod sample;
