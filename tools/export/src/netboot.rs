//! What a network boot needs: kernel and initramfs as files, and a script for iPXE.

use formats::image::Image;
use formats::settings_layer;

pub struct File {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// The files; none if the image has no kernel or no initramfs. Settings that are over the image come along.
pub fn netboot(image: &Image, command_line: &str) -> Option<Vec<File>> {
    let mut initrd = image.file("/initrd")?.to_vec();
    // an archive begins at a multiple of four
    initrd.resize(initrd.len().next_multiple_of(4), 0);
    if let Some(layer) = settings_layer::find(image) {
        initrd.extend(&image.bytes[layer.range]);
    }
    let script = format!(
        "#!ipxe\n\
         kernel bzImage initrd=initrd {command_line}\n\
         initrd initrd\n\
         boot\n"
    );
    Some(vec![
        File {
            name: "boot.ipxe",
            bytes: script.into_bytes(),
        },
        File {
            name: "bzImage",
            bytes: image.file("/bzImage")?.to_vec(),
        },
        File {
            name: "initrd",
            bytes: initrd,
        },
    ])
}
