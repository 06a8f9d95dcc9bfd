//! Reading a database that somebody else made: nothing in it can make this take forever or much memory.

use super::finding::Findings;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The largest real record has less than a tenth of it.
const LARGEST: u64 = 4 << 20;
/// The largest real directory has some ten thousand.
const MOST: usize = 200_000;

/// The files or directories of a directory, by name. What is neither, a link too, is left out: a database that
/// was fetched has no use for it.
fn entries(directory: &Path, files: bool) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("{}: {error}", directory.display());
    let mut paths = Vec::new();
    for (count, entry) in std::fs::read_dir(directory).map_err(failed)?.enumerate() {
        if count == MOST {
            return Err(format!("{}: more than {MOST} entries", directory.display()));
        }
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        if if files { kind.is_file() } else { kind.is_dir() } {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

fn files(directory: &Path, extension: &str) -> Result<Vec<PathBuf>, String> {
    let mut paths = entries(directory, true)?;
    paths.retain(|path| path.extension().is_some_and(|it| it == extension));
    Ok(paths)
}

pub fn directories(directory: &Path) -> Result<Vec<PathBuf>, String> {
    entries(directory, false)
}

/// Every record of a directory, one after the other. One that can't be read is a problem, and the others are
/// looked at all the same.
pub fn each_record<Record>(
    directory: &Path,
    extension: &str,
    read: impl Fn(&Path) -> Result<Record, String>,
    found: &mut Findings,
    mut look: impl FnMut(&Path, Record, &mut Findings),
) {
    let files = match files(directory, extension) {
        Ok(files) => files,
        Err(problem) => return found.problems.push(problem),
    };
    for file in files {
        found.records += 1;
        match read(&file) {
            Ok(record) => look(&file, record, found),
            Err(problem) => found.problems.push(problem),
        }
    }
}

pub fn read(path: &Path) -> Result<String, String> {
    let failed = |error| format!("{}: {error}", path.display());
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LARGEST + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    if text.len() as u64 > LARGEST {
        return Err(format!("{}: larger than {LARGEST} bytes", path.display()));
    }
    Ok(text)
}
