//! Evidence that the builds of an image make: where its files are from, all that a build can reach, what was linked
//! into its programs, and bills of materials.
#![forbid(unsafe_code)]

pub mod closure;
pub mod derivation;
pub mod facts;
pub mod identifier;
pub mod json;
pub mod linked;
pub mod nix_hash;
pub mod origin;
pub mod sbom;
