//! What an image may ask of the machine that looks at it.

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
/// Volume descriptors, entries of a boot catalogue, layers of an initramfs.
pub const FEW: usize = 64;
/// Places at which Rock Ridge's entries for one file go on.
pub const CONTINUATIONS: usize = 8;

/// What is left of the limits to archives that are looked at together.
pub struct Left {
    pub decoded: usize,
    pub entries: usize,
    pub names: usize,
}

impl Default for Left {
    fn default() -> Self {
        Left {
            decoded: DECODED,
            entries: ENTRIES,
            names: NAMES,
        }
    }
}

impl Left {
    /// One more entry of this name; false if that is too many.
    pub fn take(&mut self, name: &str) -> bool {
        let entries = self.entries.checked_sub(1);
        let names = self.names.checked_sub(name.len());
        self.entries = entries.unwrap_or(0);
        self.names = names.unwrap_or(0);
        entries.is_some() && names.is_some()
    }
}
