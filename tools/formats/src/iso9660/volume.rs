//! A volume as a whole.

use std::collections::HashSet;

use crate::error::{Error, Result};
use crate::iso9660::descriptors::{self, Descriptor, volume};
use crate::iso9660::directories::{self, Entry, Tree};
use crate::iso9660::path_tables::{self, PathTable};
use crate::iso9660::record;
use crate::iso9660::sector::{SECTOR, offset};

#[derive(Debug)]
pub struct Volume {
    pub length: usize,
    pub descriptors: Vec<(usize, Descriptor)>,
    pub path_tables: Vec<PathTable>,
    pub tree: Tree,
}

impl Volume {
    pub fn parse(bytes: &[u8]) -> Result<Volume> {
        let descriptors = descriptors::parse(bytes)?;
        let primary = place(&descriptors, Descriptor::Primary)
            .ok_or_else(|| Error::new(descriptors::START, "no primary volume descriptor"))?;

        let block_size = volume::BLOCK_SIZE.number(bytes, primary)?;
        if block_size != SECTOR {
            return Err(Error::new(
                primary + volume::BLOCK_SIZE.start,
                format!("a block size of {block_size}: only {SECTOR} is supported"),
            ));
        }
        let length = offset(volume::SIZE.number(bytes, primary)?);
        if length > bytes.len() {
            return Err(Error::new(
                primary + volume::SIZE.start,
                format!(
                    "the volume has {length} bytes, but the file has {}: was it cut off?",
                    bytes.len()
                ),
            ));
        }
        let root = record::extent(bytes, primary + descriptors::ROOT, "the root directory")?;
        let tree = directories::parse(bytes, root)?;
        let directories = tree.directories.iter();
        let places: HashSet<usize> = directories.map(|it| it.range.start).collect();
        Ok(Volume {
            length,
            path_tables: path_tables::parse(bytes, primary, &places)?,
            descriptors,
            tree,
        })
    }

    /// Where the first descriptor of a kind is.
    pub fn descriptor(&self, kind: Descriptor) -> Option<usize> {
        place(&self.descriptors, kind)
    }

    pub fn file(&self, path: &str) -> Option<&Entry> {
        self.tree.files.iter().find(|file| file.path == path)
    }
}

fn place(descriptors: &[(usize, Descriptor)], kind: Descriptor) -> Option<usize> {
    let found = descriptors.iter().find(|(_, it)| *it == kind);
    found.map(|(at, _)| *at)
}
