//! A bill of materials: what an image is made of, in the two forms that other tools read. Both are written from one
//! list of packages, and the same image gives the same bytes.

pub mod cyclonedx;
pub mod packages;
pub mod spdx;
mod uuid;

#[cfg(test)]
mod tests;
