//! What there is to boot, and the machine that it is for, as QEMU's options.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::microvm::Microvm;

#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// What to call it.
    pub name: String,
    /// The machine, and what it starts.
    pub options: Vec<OsString>,
    /// The model of its network card.
    pub card: &'static str,
    /// The file with what the kernel unpacks: an initramfs, or the disc that has one.
    pub initrd: PathBuf,
    pub is_microvm: bool,
}

impl Image {
    /// # Errors
    /// It can't be read, or is a directory with something else.
    pub fn find(path: &Path) -> Result<Self, String> {
        let failed = |error| format!("read {}: {error}", path.display());
        let metadata = path.metadata().map_err(failed)?;
        // QEMU takes a name with a colon in it for an address, unless a directory comes before
        let path = std::path::absolute(path).map_err(failed)?;
        let name = path.file_stem().unwrap_or("machine".as_ref());
        let name = name.to_string_lossy().escape_debug().to_string();
        if metadata.is_dir() {
            Self::microvm(name, &path)
        } else {
            Ok(Self::disc(name, &path))
        }
    }

    /// A classic PC with a disc in its CD drive.
    fn disc(name: String, path: &Path) -> Self {
        let machine = ["-machine", "pc", "-cdrom"].map(OsString::from);
        Self {
            name,
            options: machine.into_iter().chain([path.into()]).collect(),
            card: "e1000",
            initrd: path.to_owned(),
            is_microvm: false,
        }
    }

    /// What a hypervisor starts without firmware and boot loader.
    fn microvm(name: String, directory: &Path) -> Result<Self, String> {
        let microvm = Microvm::find(directory)?;
        let option = |name: &str, value: OsString| [OsString::from(name), value];
        Ok(Self {
            name,
            options: [
                option("-machine", "microvm,acpi=off".into()),
                option("-kernel", microvm.kernel.into()),
                option("-initrd", microvm.initrd.clone().into()),
                option("-append", microvm.command_line.into()),
            ]
            .concat(),
            card: "virtio-net-device",
            initrd: microvm.initrd,
            is_microvm: true,
        })
    }
}
