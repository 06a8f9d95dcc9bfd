//! What an image may ask of the machine that looks at it.

/// Bytes of an image that is read into memory.
pub const IMAGE: u64 = 512 << 20;
/// Bytes that all archives of an image come to, decoded.
pub const DECODED: usize = 256 << 20;
/// Files and directories of an ISO, and members of an archive.
pub const ENTRIES: usize = 100_000;
/// Directories within directories.
pub const DEPTH: usize = 64;
/// Bytes of a path.
pub const PATH: usize = 1024;
/// Volume descriptors, entries of a boot catalogue, layers of an initramfs.
pub const FEW: usize = 64;
/// Places at which Rock Ridge's entries for one file go on.
pub const CONTINUATIONS: usize = 8;
