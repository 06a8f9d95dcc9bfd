//! What was linked into a Rust program, from the build's own records: cargo's unit graph, its metadata, the
//! lock file and what the linker took.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::identifier;

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Linked {
    /// What the compiler says of itself.
    pub compiler: String,
    pub target: String,
    /// The program's own crate first, then all that it uses, by name.
    pub crates: Vec<Crate>,
    /// Is the program that these records are of the very one in the image, before its store paths are erased?
    pub identical: bool,
    /// Objects that the linker took, by the archive or the file that they are from.
    pub objects: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Crate {
    pub name: String,
    pub version: String,
    pub licence: Option<String>,
    /// Of the crate's file, from the lock file; the program's own crate has none.
    pub sha256: Option<String>,
    /// None of the program's own crate, which is on no registry.
    pub purl: Option<String>,
    pub features: Vec<String>,
    /// What it uses, as `name version`.
    pub dependencies: Vec<String>,
}

/// The records, as text.
pub struct Records<'a> {
    pub unit_graph: &'a str,
    pub metadata: &'a str,
    pub lock: &'a str,
    pub objects: &'a str,
    pub compiler: &'a str,
    pub identical: bool,
}

pub fn read(records: &Records) -> Result<Linked, String> {
    let json = |text: &str, what: &str| -> Result<Value, String> {
        serde_json::from_str(text).map_err(|error| format!("{what}: {error}"))
    };
    let graph = json(records.unit_graph, "the unit graph")?;
    let metadata = json(records.metadata, "cargo's metadata")?;
    let checksums = checksums(records.lock);

    let units = graph["units"]
        .as_array()
        .ok_or("the unit graph has no units")?;
    let root = graph["roots"][0]
        .as_u64()
        .ok_or("the unit graph has no root")? as usize;
    // From the program along what is linked: macros and build scripts run on the machine that builds.
    let mut reached = BTreeSet::from([root]);
    let mut waiting = vec![root];
    let mut crates = Vec::new();
    while let Some(index) = waiting.pop() {
        let unit = units
            .get(index)
            .ok_or("the unit graph names a unit that is not there")?;
        let mut dependencies = BTreeSet::new();
        for dependency in unit["dependencies"].as_array().into_iter().flatten() {
            let next = dependency["index"].as_u64().unwrap_or(u64::MAX) as usize;
            let other = units
                .get(next)
                .ok_or("the unit graph names a unit that is not there")?;
            if !is_linked(other) {
                continue;
            }
            let (name, version) = package(other)?;
            dependencies.insert(format!("{name} {version}"));
            if reached.insert(next) {
                waiting.push(next);
            }
        }
        let (name, version) = package(unit)?;
        // a program's library and the program itself are one crate
        dependencies.remove(&format!("{name} {version}"));
        // old crates have a stroke where SPDX says OR
        let licence = find(&metadata, unit)
            .and_then(|it| it["license"].as_str())
            .map(|licence| licence.replace('/', " OR "));
        let sha256 = checksums.get(&(name.clone(), version.clone())).cloned();
        crates.push(Crate {
            licence,
            purl: sha256
                .is_some()
                .then(|| identifier::purl("cargo", &name, &version)),
            sha256,
            features: unit["features"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|feature| feature.as_str().map(str::to_owned))
                .collect(),
            dependencies: dependencies.into_iter().collect(),
            name,
            version,
        });
    }
    crates[1..].sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    let own = (crates[0].name.clone(), crates[0].version.clone());
    let mut index = 0;
    crates.retain(|it| {
        index += 1;
        index == 1 || (it.name.clone(), it.version.clone()) != own
    });
    Ok(Linked {
        compiler: records
            .compiler
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
        target: units[root]["platform"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        crates,
        identical: records.identical,
        objects: objects(records.objects)?,
    })
}

fn is_linked(unit: &Value) -> bool {
    let kinds: Vec<&str> = unit["target"]["kind"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    // units for the machine that builds have no platform, where a target is named
    unit["mode"] == "build"
        && !unit["platform"].is_null()
        && kinds.iter().any(|kind| kind.ends_with("lib"))
}

fn find<'a>(metadata: &'a Value, unit: &Value) -> Option<&'a Value> {
    let (name, version) = package(unit).ok()?;
    metadata["packages"]
        .as_array()?
        .iter()
        .find(|package| package["name"] == name.as_str() && package["version"] == version.as_str())
}

/// Name and version by a package's identifier: `libc 0.2.1 (registry+…)` as cargo wrote it for long,
/// `registry+…#libc@0.2.1`, or `path+…/libc#0.2.1`.
fn package(unit: &Value) -> Result<(String, String), String> {
    let id = unit["pkg_id"].as_str().unwrap_or_default();
    let unknown = || format!("an unknown package {id:?}");
    let (name, version) = match id.split_once('#') {
        Some((place, fragment)) => fragment.split_once('@').unwrap_or((
            place
                .trim_end_matches('/')
                .rsplit('/')
                .next()
                .unwrap_or_default(),
            fragment,
        )),
        None => {
            let mut words = id.split(' ');
            (
                words.next().ok_or_else(unknown)?,
                words.next().ok_or_else(unknown)?,
            )
        }
    };
    Ok((name.to_owned(), version.to_owned()))
}

/// The checksums of a lock file's packages. Its form is fixed, so lines will do.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let mut checksums = BTreeMap::new();
    let (mut name, mut version) = (String::new(), String::new());
    for line in lock.lines() {
        let value = |key: &str| {
            line.strip_prefix(key)
                .and_then(|rest| rest.strip_prefix(" = \""))
                .and_then(|rest| rest.strip_suffix('"'))
                .map(str::to_owned)
        };
        if let Some(value) = value("name") {
            name = value;
        } else if let Some(value) = value("version") {
            version = value;
        } else if let Some(value) = value("checksum") {
            checksums.insert((name.clone(), version.clone()), value);
        }
    }
    checksums
}

/// Lines `ARCHIVE(MEMBER)`, and files that start a program.
fn objects(lines: &str) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut objects: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in lines.lines() {
        let (archive, member) = line
            .strip_suffix(')')
            .and_then(|line| line.split_once('('))
            .unwrap_or((line, line));
        objects
            .entry(archive.to_owned())
            .or_default()
            .push(member.to_owned());
    }
    if objects.is_empty() {
        return Err(String::from("the linker's map names no object"));
    }
    Ok(objects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn macros_and_build_scripts_are_not_linked() {
        let linked = read(&Records {
            unit_graph: r#"{"roots":[0],"units":[
                {"pkg_id":"path+file:///build/init#0.1.0","mode":"build","platform":"t","features":[],"target":{"kind":["bin"]},"dependencies":[{"index":1},{"index":2},{"index":3}]},
                {"pkg_id":"libc 0.2.1 (r)","mode":"build","platform":"t","features":["std"],"target":{"kind":["lib"]},"dependencies":[]},
                {"pkg_id":"derive 1.0.0 (r)","mode":"build","platform":null,"features":[],"target":{"kind":["proc-macro"]},"dependencies":[]},
                {"pkg_id":"r#libc@0.2.1","mode":"run-custom-build","platform":"t","features":[],"target":{"kind":["custom-build"]},"dependencies":[]}]}"#,
            metadata: r#"{"packages":[{"id":"r#libc@0.2.1","name":"libc","version":"0.2.1","license":"MIT/Apache-2.0"}]}"#,
            lock: "[[package]]\nname = \"libc\"\nversion = \"0.2.1\"\nchecksum = \"abcd\"\n",
            objects: "libc.a(printf.o)\nrcrt1.o\n",
            compiler: "rustc 1.85.1\n",
            identical: true,
        })
        .unwrap();
        let names: Vec<&str> = linked.crates.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["init", "libc"]);
        assert_eq!(linked.crates[1].sha256.as_deref(), Some("abcd"));
        assert_eq!(
            linked.crates[1].licence.as_deref(),
            Some("MIT OR Apache-2.0")
        );
        assert_eq!(
            linked.crates[1].purl.as_deref(),
            Some("pkg:cargo/libc@0.2.1")
        );
        assert_eq!(linked.crates[0].purl, None);
        assert_eq!(linked.crates[0].dependencies, ["libc 0.2.1"]);
        assert_eq!(linked.objects["libc.a"], ["printf.o"]);
        assert!(linked.objects.contains_key("rcrt1.o"));
    }
}
