//! RustSec's advisory-db: `crates/NAME/RUSTSEC-….md`, each with a block of TOML in front.

use super::contents::{Component, Crate, Crates};
use super::database;
use super::finding::{Database, Finding, Findings};
use semver::{Version, VersionReq};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
struct Record {
    advisory: Advisory,
    #[serde(default)]
    affected: Affected,
    versions: Versions,
}

#[derive(Deserialize)]
struct Advisory {
    id: String,
    package: String,
    withdrawn: Option<String>,
    informational: Option<String>,
}

#[derive(Default, Deserialize)]
struct Affected {
    /// None: all of them.
    #[serde(default)]
    os: Vec<String>,
    #[serde(default)]
    arch: Vec<String>,
    #[serde(default)]
    functions: toml::Table,
}

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<VersionReq>,
    #[serde(default)]
    unaffected: Vec<VersionReq>,
}

pub fn is_here(directory: &Path) -> bool {
    directory.join("crates").is_dir()
}

/// What the database in `directory` says of these crates.
pub fn search(directory: &Path, crates: &Crates, found: &mut Findings) {
    found.asked.push(Database::RustSec);
    for linked in crates.values() {
        let name = &linked.component.name;
        let of_crate = directory.join("crates").join(name);
        // most crates have none
        if !of_crate.is_dir() {
            continue;
        }
        database::each_record(&of_crate, "md", read, found, |file, record, found| {
            if record.advisory.package != *name {
                found.problems.push(format!(
                    "{}: is about '{}'",
                    file.display(),
                    record.advisory.package
                ));
            } else if record.concerns(&linked.version) {
                found.findings.push(record.finding(linked));
            }
        });
    }
}

fn read(file: &Path) -> Result<Record, String> {
    let text = database::read(file)?;
    let front = text
        .trim_start()
        .strip_prefix("```toml")
        .and_then(|rest| rest.split_once("\n```"))
        .ok_or_else(|| format!("{}: does not begin with a block of TOML", file.display()))?
        .0;
    toml::from_str(front).map_err(|error| format!("{}: {}", file.display(), error.message()))
}

impl Record {
    fn concerns(&self, version: &Version) -> bool {
        let lists = |list: &[String], word| list.is_empty() || list.iter().any(|it| it == word);
        let matches = |list: &[VersionReq]| list.iter().any(|it| it.matches(version));
        self.advisory.withdrawn.is_none()
            && lists(&self.affected.os, "linux")
            && lists(&self.affected.arch, "x86_64")
            && !matches(&self.versions.patched)
            && !matches(&self.versions.unaffected)
    }

    fn finding(self, linked: &Crate) -> Finding {
        let programs: Vec<_> = linked.programs.iter().map(String::as_str).collect();
        let mut because = format!("linked into {}", programs.join(", "));
        if !self.affected.functions.is_empty() {
            let functions: Vec<_> = self.affected.functions.keys().map(String::as_str).collect();
            because += &format!("; concerns whoever calls {}", functions.join(", "));
        }
        let Component { name, version, .. } = &linked.component;
        Finding {
            url: format!("https://rustsec.org/advisories/{}.html", self.advisory.id),
            title: match self.advisory.informational {
                Some(kind) => format!("{name} {version}: {kind}"),
                None => format!("{name} {version}"),
            },
            id: self.advisory.id,
            component: linked.component.clone(),
            database: Database::RustSec,
            because,
        }
    }
}
