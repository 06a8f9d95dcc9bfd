//! What of an image is started: a kernel, an initramfs, a command line.

use formats::image::Image;
use formats::{isolinux, settings_layer};

pub struct Payload {
    pub kernel: Vec<u8>,
    pub initrd: Vec<u8>,
    pub command_line: String,
}

impl Payload {
    /// Of an ISO; none if it has no kernel or no initramfs. Settings that are over the image come along.
    #[must_use]
    pub fn of_image(image: &Image) -> Option<Self> {
        let mut initrd = image.file("/initrd")?.to_vec();
        // an archive begins at a multiple of four
        initrd.resize(initrd.len().next_multiple_of(4), 0);
        if let Some(layer) = settings_layer::find(image) {
            initrd.extend(&image.bytes[layer.range]);
        }
        let configuration = String::from_utf8_lossy(image.file(isolinux::PATH)?);
        Some(Payload {
            kernel: image.file("/bzImage")?.to_vec(),
            initrd,
            command_line: isolinux::command_line(&configuration).to_owned(),
        })
    }
}

/// A file of a directory that is a format.
pub struct File {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

impl File {
    pub(crate) fn new(name: &'static str, bytes: &[u8]) -> Self {
        let bytes = bytes.to_vec();
        File { name, bytes }
    }
}
