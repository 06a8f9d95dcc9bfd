//! What a network boot needs: kernel and initramfs as files, and a script for iPXE.

use crate::payload::{File, Payload};

pub fn files(payload: &Payload) -> Vec<File> {
    let script = format!(
        "#!ipxe\n\
         kernel bzImage initrd=initrd {}\n\
         initrd initrd\n\
         boot\n",
        payload.command_line
    );
    vec![
        File::new("boot.ipxe", script.as_bytes()),
        File::new("bzImage", &payload.kernel),
        File::new("initrd", &payload.initrd),
    ]
}
