//! A microvm as `nix build .#microvmImage` makes it: a directory of what a hypervisor starts without firmware and boot
//! loader.

use std::fs;
use std::path::{Path, PathBuf};

pub struct Microvm {
    pub kernel: PathBuf,
    pub initrd: PathBuf,
    pub command_line: String,
}

impl Microvm {
    /// # Errors
    /// The directory is another one, or can't be read.
    pub fn find(directory: &Path) -> Result<Self, String> {
        let file = |name: &str| directory.join(name);
        let mut names = ["vmlinux", "initrd", "command-line"].iter();
        if let Some(missing) = names.find(|name| !file(name).is_file()) {
            return Err(format!(
                "{} is a directory without {missing}, so it is not a microvm: name the .iso file in it",
                directory.display()
            ));
        }
        let command_line = file("command-line");
        let text = fs::read_to_string(&command_line)
            .map_err(|error| format!("read {}: {error}", command_line.display()))?;
        Ok(Self {
            kernel: file("vmlinux"),
            initrd: file("initrd"),
            command_line: text.trim_end_matches('\n').to_owned(),
        })
    }
}
