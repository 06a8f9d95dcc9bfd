//! ISO 9660 (ECMA-119) with Rock Ridge names: descriptors, path tables, directories and where the files are.

pub mod descriptors;
pub mod directories;
pub mod path_tables;
pub mod record;
pub mod rock_ridge;
pub mod sector;
pub mod volume;
pub mod writer;
