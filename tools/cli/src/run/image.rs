//! What there is to boot, and the machine that it is for, as QEMU's options.

use std::ffi::OsString;
use std::path::Path;

#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// What to call it.
    pub name: String,
    /// The machine, and what it starts.
    pub options: Vec<OsString>,
    /// The model of its network card.
    pub card: &'static str,
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
        }
    }

    /// What a hypervisor starts without firmware and boot loader.
    fn microvm(name: String, directory: &Path) -> Result<Self, String> {
        let file = |name: &str| OsString::from(directory.join(name));
        if let Some(missing) = ["vmlinux", "initrd", "command-line"]
            .iter()
            .find(|name| !directory.join(name).is_file())
        {
            return Err(format!(
                "{} is a directory without {missing}, so it is not a microvm: name the .iso file in it",
                directory.display()
            ));
        }
        let command_line = std::fs::read_to_string(directory.join("command-line"))
            .map_err(|error| format!("read {}/command-line: {error}", directory.display()))?;
        let option = |name: &str, value: OsString| [OsString::from(name), value];
        Ok(Self {
            name,
            options: [
                option("-machine", "microvm,acpi=off".into()),
                option("-kernel", file("vmlinux")),
                option("-initrd", file("initrd")),
                option("-append", command_line.trim_end_matches('\n').into()),
            ]
            .concat(),
            card: "virtio-net-device",
        })
    }
}
