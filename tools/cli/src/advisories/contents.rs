//! What is in the image, as the build lists it.

use semver::Version;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A component of the image, by the names that its bill of materials has for it too.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    pub purl: String,
    pub name: String,
    pub version: String,
}

pub struct Crate {
    pub component: Component,
    pub version: Version,
    /// The programs that it is linked into.
    pub programs: BTreeSet<String>,
}

/// By package URL.
pub type Crates = BTreeMap<String, Crate>;

pub struct Kernel {
    /// Its version is as `make kernelversion` says it: 6.12.117.
    pub component: Component,
    /// The source files that are compiled in.
    pub sources: BTreeSet<String>,
}

/// The parts of an image's provenance that are asked for here: `nix build .#provenance`.
#[derive(Deserialize)]
pub struct Provenance {
    components: BTreeMap<String, Part>,
}

#[derive(Deserialize)]
struct Part {
    name: String,
    version: Option<String>,
    purl: Option<String>,
    linked: Option<Linked>,
}

#[derive(Deserialize)]
struct Linked {
    crates: Vec<LinkedCrate>,
}

#[derive(Deserialize)]
struct LinkedCrate {
    name: String,
    version: String,
    /// None of our own crates, which no database knows.
    purl: Option<String>,
}

impl Provenance {
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    pub fn crates(&self) -> Result<Crates, String> {
        let mut crates = Crates::new();
        for part in self.components.values() {
            for it in part.linked.iter().flat_map(|linked| &linked.crates) {
                let Some(purl) = &it.purl else { continue };
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                if !it.name.chars().all(plain) || it.name.is_empty() {
                    return Err(format!("'{}' is not a crate's name", it.name));
                }
                let version = it
                    .version
                    .parse()
                    .map_err(|error| format!("{} {}: {error}", it.name, it.version))?;
                let component = Component {
                    purl: purl.clone(),
                    name: it.name.clone(),
                    version: it.version.clone(),
                };
                let linked = crates.entry(purl.clone()).or_insert(Crate {
                    component,
                    version,
                    programs: BTreeSet::new(),
                });
                linked.programs.insert(part.name.clone());
            }
        }
        if crates.is_empty() {
            return Err("there are no crates in it".to_owned());
        }
        Ok(crates)
    }

    pub fn kernel(&self) -> Result<Component, String> {
        let kernel = self.components.get("kernel");
        let component = kernel.and_then(|it| {
            Some(Component {
                purl: it.purl.clone()?,
                name: it.name.clone(),
                version: it.version.clone()?,
            })
        });
        component.ok_or_else(|| "there is no kernel in it".to_owned())
    }
}

/// A path a line.
pub fn sources(list: &str) -> Result<BTreeSet<String>, String> {
    let sources: BTreeSet<_> = list.lines().map(str::to_owned).collect();
    if sources.is_empty() {
        return Err("there are no source files in it".to_owned());
    }
    Ok(sources)
}

/// The options that a kernel's configuration has on, built in or as a module.
pub fn options_on(configuration: &str) -> Result<BTreeSet<String>, String> {
    let on: BTreeSet<_> = configuration
        .lines()
        .filter(|line| line.starts_with("CONFIG_"))
        .filter_map(|line| line.split_once('='))
        .map(|(option, _)| option.to_owned())
        .collect();
    if on.is_empty() {
        return Err("no option is on in it".to_owned());
    }
    Ok(on)
}
