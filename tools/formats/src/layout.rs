//! Numbers at known places of a structure, none of them beyond its end.

use crate::{Error, Result};

/// The `length` bytes at `at`.
pub fn slice<'a>(bytes: &'a [u8], at: usize, length: usize, what: &str) -> Result<&'a [u8]> {
    at.checked_add(length)
        .and_then(|end| bytes.get(at..end))
        .ok_or_else(|| {
            Error::new(
                at,
                format!(
                    "{what} is said to have {length} bytes here, beyond the end at {:#x}",
                    bytes.len()
                ),
            )
        })
}

fn array<const N: usize>(bytes: &[u8], at: usize, what: &str) -> Result<[u8; N]> {
    let mut array = [0; N];
    array.copy_from_slice(slice(bytes, at, N, what)?);
    Ok(array)
}

pub fn byte(bytes: &[u8], at: usize, what: &str) -> Result<u8> {
    array::<1>(bytes, at, what).map(|[byte]| byte)
}

pub fn u16_le(bytes: &[u8], at: usize, what: &str) -> Result<u16> {
    array(bytes, at, what).map(u16::from_le_bytes)
}

pub fn u16_be(bytes: &[u8], at: usize, what: &str) -> Result<u16> {
    array(bytes, at, what).map(u16::from_be_bytes)
}

pub fn u32_le(bytes: &[u8], at: usize, what: &str) -> Result<u32> {
    array(bytes, at, what).map(u32::from_le_bytes)
}

pub fn u32_be(bytes: &[u8], at: usize, what: &str) -> Result<u32> {
    array(bytes, at, what).map(u32::from_be_bytes)
}

/// A number that ISO 9660 writes twice, in both byte orders.
pub fn u32_both(bytes: &[u8], at: usize, what: &str) -> Result<usize> {
    let (little, big) = (u32_le(bytes, at, what)?, u32_be(bytes, at + 4, what)?);
    if little != big {
        return Err(Error::new(
            at,
            format!("{what} is {little} in one byte order and {big} in the other"),
        ));
    }
    Ok(little as usize)
}

pub fn is_zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 256] = [0; 256];
    bytes
        .chunks(ZEROS.len())
        .all(|chunk| *chunk == ZEROS[..chunk.len()])
}
