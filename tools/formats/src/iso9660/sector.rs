//! Sectors, by which all that is on a CD is placed.

pub const SECTOR: usize = 2048;

/// Where a sector begins; beyond all ends, if that is too large a number.
pub fn offset(sector: usize) -> usize {
    sector.saturating_mul(SECTOR)
}
