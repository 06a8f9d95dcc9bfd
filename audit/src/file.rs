//! Files that users name: anything may be there.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::limits;
use crate::text::number;

/// The bytes of an image, or why there are none.
pub fn image(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error| format!("{}: {error}", path.display());
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(format!(
            "{} is a directory: name the .iso file in it",
            path.display()
        ));
    }
    if !metadata.is_file() {
        return Err(format!(
            "{} is no plain file: copy it into one first",
            path.display()
        ));
    }
    if metadata.len() > limits::IMAGE {
        return Err(format!(
            "{} has {} bytes: images of more than {} are not looked at",
            path.display(),
            metadata.len(),
            number(limits::IMAGE as usize)
        ));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limits::IMAGE).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(bytes)
}

/// Facts that Nix wrote.
pub fn json<T: DeserializeOwned>(path: &str) -> Result<T, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{path}: {error}"))
}
