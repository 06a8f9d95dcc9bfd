//! Settings that `configure` put over a finished image, in the room that each image has for them. They are no part
//! of what a checkout describes, so they are told apart from the image below them.

use std::ops::Range;

use crate::fields::is_zero;
use crate::image::Image;
use crate::{initramfs, limits};

/// The room, in the ISO.
pub const ROOM: &str = "/settings";
/// The only file of a layer, in the initramfs (src/config.rs).
pub const FILE: &str = "etc/scratchmachine.layer";

#[derive(Debug)]
pub struct Layer {
    pub room: Range<usize>,
    /// The settings, one a line.
    pub text: String,
}

/// The layer over an image; none where the room is empty, or holds anything that is not one file of settings.
pub fn over(image: &Image) -> Option<Layer> {
    let room = image
        .volume
        .files
        .iter()
        .find(|file| file.path == ROOM)?
        .range
        .clone();
    let bytes = &image.bytes[room.clone()];
    if is_zero(bytes) {
        return None;
    }
    let layers = initramfs::parse(bytes, &mut limits::DECODED.clone()).ok()?;
    let [layer] = layers.as_slice() else {
        return None;
    };
    let [archive] = layer.archives.as_slice() else {
        return None;
    };
    let [member] = archive.members.as_slice() else {
        return None;
    };
    if layer.compressed || layer.range.start != 0 || !member.is_file() || member.name != FILE {
        return None;
    }
    let text = std::str::from_utf8(&bytes[member.data.clone()]).ok()?;
    Some(Layer {
        text: text.to_owned(),
        room,
    })
}

/// The image without its layer.
pub fn base(image: &Image, layer: &Layer) -> Vec<u8> {
    let mut base = image.bytes.to_vec();
    base[layer.room.clone()].fill(0);
    base
}
