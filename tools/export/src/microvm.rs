//! What a machine without firmware gets in every hypervisor.

pub const PROCESSORS: u64 = 1;
/// Megabytes.
pub const MEMORY: u64 = 128;
/// The device of the host that its network card is.
pub const TAP: &str = "tap0";
