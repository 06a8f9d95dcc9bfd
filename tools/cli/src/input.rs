//! Files that users name: anything may be there.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::limits;
use crate::names::shown;
use crate::text::number;

/// The bytes of an image, or why there are none.
pub fn image(path: &Path) -> Result<Vec<u8>, String> {
    let name = shown(path.as_os_str().as_encoded_bytes());
    let failed = |error| format!("{name}: {error}");
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(format!("{name} is a directory: name the .iso file in it"));
    }
    if !metadata.is_file() {
        return Err(format!("{name} is no plain file: copy it into one first"));
    }
    if metadata.len() > limits::IMAGE {
        return Err(format!(
            "{name} has {} bytes: images of more than {} are not looked at",
            number(metadata.len() as usize),
            number(limits::IMAGE as usize)
        ));
    }
    let mut bytes = Vec::new();
    // not to its end: it may grow, and of the kernel's own files, which say that they are empty, some never end
    File::open(path)
        .and_then(|file| file.take(metadata.len()).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(bytes)
}

/// Facts that Nix wrote.
pub fn json<T: DeserializeOwned>(path: impl AsRef<Path>) -> Result<T, String> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}
