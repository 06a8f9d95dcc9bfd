//! An image of ours: the area for a layer in it, and all that is not the layer.

use crate::iso::{self, Extent};
use scratchmachine::Error;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// What nix/iso.nix writes, as ISO 9660 has it.
const APPLICATION: &str = "scratchmachine";
const AREA: [&str; 1] = ["settings.;1"];
const LOADER: [&str; 2] = ["isolinux", "isolinux.cfg;1"];

#[derive(Debug)]
pub struct Image {
    file: File,
    name: String,
    area: Extent,
    /// The hash over all that the image was made of (nix/machine.nix).
    pub identity: String,
    /// What the boot loader says to the kernel.
    pub command_line: String,
    /// What is in the area.
    pub layer: Vec<u8>,
}

impl Image {
    /// # Errors
    /// It can't be read, is no ISO, none of ours, or damaged.
    pub fn open(path: &Path) -> Result<Image, Error> {
        let name = path.display().to_string();
        let failed = |cause: io::Error| Error::new(format!("read {name}"), cause);
        let wrong = |cause: &str| Error::new(format!("read {name}"), cause);

        let mut file = File::open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        let volume = iso::volume(&mut file).map_err(failed)?;
        let volume = volume.ok_or_else(|| wrong("it is no ISO image"))?;
        let application = volume.application.to_lowercase();
        let identity = application.strip_prefix(APPLICATION);
        let identity = identity.ok_or_else(|| {
            wrong("it is an ISO image of something else").advise("give one that mkMachine has made")
        })?;
        let area = volume.find(&mut file, &AREA).map_err(failed)?;
        let area = area.ok_or_else(|| {
            wrong("it has no room for settings: it was made before there was any")
                .advise("build it anew")
        })?;
        if area.offset + area.size > length {
            return Err(wrong("its end is missing").advise("fetch or build it anew"));
        }
        let layer = iso::read(&mut file, area).map_err(failed)?;
        let loader = volume.find(&mut file, &LOADER).map_err(failed)?;
        let loader = loader.ok_or_else(|| wrong("it has no isolinux.cfg"))?;
        let loader = iso::read(&mut file, loader).map_err(failed)?;
        Ok(Image {
            command_line: appended(&String::from_utf8_lossy(&loader)),
            identity: identity.trim().to_owned(),
            file,
            name,
            area,
            layer,
        })
    }

    /// Write the image with `layer` in its area.
    ///
    /// # Errors
    /// It can't be read, or `out` not written.
    pub fn write(&mut self, layer: &[u8], out: &mut impl Write) -> Result<(), Error> {
        self.copy(layer, out)
            .map_err(|cause| Error::new(format!("copy {}", self.name), cause))
    }

    /// The SHA-256 of the image without its layer.
    ///
    /// # Errors
    /// It can't be read.
    pub fn hash_of_base(&mut self) -> Result<String, Error> {
        let mut hasher = Sha256::new();
        self.write(&vec![0; self.layer.len()], &mut hasher)?;
        Ok(format!("{:x}", hasher.finalize()))
    }

    fn copy(&mut self, layer: &[u8], out: &mut impl Write) -> io::Result<()> {
        let Extent { offset, size } = self.area;
        self.file.seek(SeekFrom::Start(0))?;
        io::copy(&mut (&self.file).take(offset), out)?;
        out.write_all(layer)?;
        self.file.seek(SeekFrom::Start(offset + size))?;
        io::copy(&mut self.file, out)?;
        out.flush()
    }
}

pub fn hash(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// The kernel's command line in isolinux.cfg.
fn appended(configuration: &str) -> String {
    let mut lines = configuration.lines();
    let line = lines.find_map(|line| line.trim().strip_prefix("APPEND "));
    line.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_found_in_the_loaders_configuration() {
        assert_eq!(appended("LABEL x\n  INITRD /i\n  APPEND a=b c\n"), "a=b c");
        assert_eq!(appended(""), "");
    }
}
