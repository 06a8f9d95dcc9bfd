//! What an image may demand of the machine that examines it. Each limit stands here and nowhere else.

/// Bytes of an image that is read into memory.
pub const IMAGE: u64 = 512 << 20;
/// Bytes that all archives of an image come to, decoded.
pub const DECODED: usize = 256 << 20;
/// Files and directories of an ISO, and members of all its archives.
pub const ENTRIES: usize = 100_000;
/// Bytes that the names of either come to.
pub const NAMES: usize = 8 << 20;
/// Directories within directories.
pub const DEPTH: usize = 64;
/// Bytes of a path.
pub const PATH: usize = 1024;
/// Volume descriptors of an ISO.
pub const DESCRIPTORS: usize = 64;
/// Entries of a boot catalogue.
pub const BOOT_ENTRIES: usize = 64;
/// Compressed frames and plain archives of an initramfs.
pub const SEGMENTS: usize = 64;
/// Places at which the Rock Ridge entries of one file continue.
pub const CONTINUATIONS: usize = 8;
/// The same, of all files.
pub const ALL_CONTINUATIONS: usize = 1000;

/// What may still be taken by directories or archives that are read together.
#[derive(Clone, Debug)]
pub struct Budget {
    pub decoded: usize,
    pub entries: usize,
    pub names: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            decoded: DECODED,
            entries: ENTRIES,
            names: NAMES,
        }
    }
}

impl Budget {
    /// Take one more entry of this name; false if that is too many.
    pub fn take_entry(&mut self, name: &str) -> bool {
        let entries = self.entries.checked_sub(1);
        let names = self.names.checked_sub(name.len());
        self.entries = entries.unwrap_or(0);
        self.names = names.unwrap_or(0);
        entries.is_some() && names.is_some()
    }
}
