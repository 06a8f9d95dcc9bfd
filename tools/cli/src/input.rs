//! Images that users name: anything may be there.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use formats::limits;
use formats::text::{escape, grouped};
use scratchmachine::Error;

/// A path as it may be shown.
pub fn shown(path: &Path) -> String {
    escape(path.as_os_str().as_encoded_bytes())
}

/// The bytes of an image.
///
/// # Errors
/// They can't be read, are too many, or it is not a file.
pub fn image(path: &Path) -> Result<Vec<u8>, Error> {
    let doing = || format!("read {}", shown(path));
    let failed = |cause: std::io::Error| Error::new(doing(), cause);
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_dir() {
        return Err(Error::new(doing(), "it is a directory").advise("name the .iso file in it"));
    }
    if !metadata.is_file() {
        return Err(
            Error::new(doing(), "it is not a regular file").advise("copy it into one first")
        );
    }
    if metadata.len() > limits::IMAGE {
        let (size, limit) = (metadata.len() as usize, limits::IMAGE as usize);
        let cause = format!(
            "it has {} bytes, and images of more than {} are not read",
            grouped(size),
            grouped(limit)
        );
        return Err(Error::new(doing(), cause));
    }
    let mut bytes = Vec::new();
    // not to its end: it may grow, and of the kernel's own files, whose size is given as zero, some never end
    File::open(path)
        .and_then(|file| file.take(metadata.len()).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(bytes)
}
