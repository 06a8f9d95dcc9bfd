//! A file is written as a whole or not at all.

use scratchmachine::Error;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

/// Beside its place first, so that whoever reads the old one, as the caller may do itself, never meets half of the
/// new one.
pub fn replace(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>,
) -> Result<(), Error> {
    let failed = |cause| Error::new(format!("write {}", path.display()), cause);
    let refused = |cause: &str| {
        Error::new(format!("write {}", path.display()), cause).advise("name another file with -o")
    };
    // where a link leads to, or it would be the link that is replaced
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let name = place
        .file_name()
        .ok_or_else(|| failed(std::io::ErrorKind::IsADirectory.into()))?;
    // root could put a file in the place of a device, or into what the Nix store holds
    match fs::metadata(&place) {
        Ok(there) if there.is_dir() => return Err(refused("it is a directory")),
        Ok(there) if !there.is_file() => return Err(refused("it is not a regular file")),
        Ok(there) if there.permissions().readonly() => return Err(refused("it is read-only")),
        _ => {}
    }
    let directory = place.parent().filter(|it| !it.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    if fs::metadata(directory).is_ok_and(|it| it.permissions().readonly()) {
        return Err(refused("its directory is read-only"));
    }
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(format!(".{}", std::process::id()));
    let beside = place.with_file_name(beside);
    let file = File::create_new(&beside).map_err(failed)?;
    let written = write(&mut BufWriter::new(&file))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, &place));
    if written.is_err() {
        // half a file is of no use, and one error is enough to report
        let _ = fs::remove_file(&beside);
    }
    written.map_err(failed)
}
