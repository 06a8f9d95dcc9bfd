//! An image of ours: the room for a layer in it, and all that is not the layer.

use crate::input;
use formats::iso9660::descriptors::{self, Descriptor};
use formats::iso9660::volume::Volume;
use formats::{isolinux, settings_layer, sha256};
use scratchmachine::Error;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;

/// What nix/machine/iso.nix writes.
const APPLICATION: &str = "scratchmachine";

#[derive(Debug)]
pub struct Image {
    bytes: Vec<u8>,
    room: Range<usize>,
    /// The hash over all that the image was made of (nix/machine/default.nix).
    pub identity: String,
    /// What the boot loader says to the kernel.
    pub command_line: String,
}

impl Image {
    /// # Errors
    /// It can't be read, is not an ISO image of ours, or is damaged.
    pub fn open(path: &Path) -> Result<Image, Error> {
        let name = path.display();
        let wrong = |cause: String| Error::new(format!("read {name}"), cause);

        let bytes = input::image(path)?;
        if let Some(why) = descriptors::why_not(&bytes) {
            return Err(wrong(format!("it is not an ISO image: {why}")));
        }
        let volume = Volume::parse(&bytes).map_err(|error| {
            wrong(format!("it is a damaged ISO image: {error}")).advise("fetch or build it again")
        })?;
        let application = volume
            .descriptor(Descriptor::Primary)
            .map_or(&[][..], |at| {
                &bytes[descriptors::volume::APPLICATION.within(at).range()]
            });
        let application = String::from_utf8_lossy(application).to_lowercase();
        let identity = application.strip_prefix(APPLICATION).ok_or_else(|| {
            wrong("it is an ISO image of something else".into())
                .advise("give one that mkMachine made")
        })?;
        let range = |path: &str| volume.file(path).map(|file| file.range.clone());
        let room = range(settings_layer::ISO_PATH).ok_or_else(|| {
            wrong("it has no room for settings: it was made before there was any".into())
                .advise("build it again")
        })?;
        let loader =
            range(isolinux::PATH).ok_or_else(|| wrong(format!("it has no {}", isolinux::PATH)))?;
        Ok(Image {
            command_line: isolinux::command_line(&String::from_utf8_lossy(&bytes[loader]))
                .to_owned(),
            identity: identity.trim().to_owned(),
            bytes,
            room,
        })
    }

    /// What is in the room for a layer.
    pub fn layer(&self) -> &[u8] {
        &self.bytes[self.room.clone()]
    }

    /// Write the image with `layer`, of the room's size, in its room.
    ///
    /// # Errors
    /// `out` can't be written.
    pub fn write(&self, layer: &[u8], out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.bytes[..self.room.start])?;
        out.write_all(layer)?;
        out.write_all(&self.bytes[self.room.end..])?;
        out.flush()
    }

    /// The SHA-256 of the image without its layer.
    pub fn hash_of_base(mut self) -> String {
        self.bytes[self.room].fill(0);
        sha256::hex(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layer_is_the_file_that_init_reads() {
        assert_eq!(
            format!("/{}", settings_layer::INITRAMFS_PATH),
            scratchmachine::config::LAYER
        );
    }
}
