//! A unified kernel image: systemd's stub with kernel, initramfs and command line as sections, one file to be signed for
//! Secure Boot (systemd-stub(7); UAPI.5 "Unified Kernel Image").

use crate::payload::Payload;
use formats::error::Result;
use formats::pe;

/// The image, of a machine called `name`.
///
/// # Errors
/// `stub` is not a program for UEFI that sections can be added to.
pub fn write(payload: &Payload, name: &str, stub: &[u8]) -> Result<Vec<u8>> {
    // what boot menus show: os-release(5)
    let release = format!("ID={name}\nNAME={name}\nPRETTY_NAME={name}\n");
    pe::with_sections(
        stub,
        &[
            (".osrel", release.as_bytes()),
            (".cmdline", payload.command_line.as_bytes()),
            (".initrd", &payload.initrd),
            // last, as ukify has it: a kernel may use what is behind it in memory
            (".linux", &payload.kernel),
        ],
    )
}
