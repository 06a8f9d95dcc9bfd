//! What is in the image, as the build lists it.

use semver::Version;
use std::collections::{BTreeMap, BTreeSet};

/// Crates by name and version, each with the programs it is linked into.
pub type Crates = BTreeMap<(String, Version), BTreeSet<String>>;

/// Lines `CRATE VERSION PROGRAM`.
pub fn crates(list: &str) -> Result<Crates, String> {
    let mut crates = Crates::new();
    for line in list.lines().filter(|line| !line.is_empty()) {
        let words: Vec<_> = line.split(' ').collect();
        let &[name, version, program] = words.as_slice() else {
            return Err(format!("'{line}' is not 'CRATE VERSION PROGRAM'"));
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !name.chars().all(plain) || name.is_empty() {
            return Err(format!("'{name}' is no crate's name"));
        }
        let version = version
            .parse()
            .map_err(|error| format!("'{line}': {error}"))?;
        crates
            .entry((name.to_owned(), version))
            .or_default()
            .insert(program.to_owned());
    }
    if crates.is_empty() {
        return Err("there are no crates in it".to_owned());
    }
    Ok(crates)
}

pub struct Kernel {
    /// As `make kernelversion` says it: 6.12.117.
    pub version: String,
    /// The source files that are compiled in.
    pub sources: BTreeSet<String>,
}

/// `sources` has a path a line.
pub fn kernel(version: &str, sources: &str) -> Result<Kernel, String> {
    let sources: BTreeSet<_> = sources.lines().map(str::to_owned).collect();
    if sources.is_empty() {
        return Err("there are no source files in it".to_owned());
    }
    Ok(Kernel {
        version: version.to_owned(),
        sources,
    })
}
