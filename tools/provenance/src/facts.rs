//! What Nix knows of an image before anything is built, and what the built files add to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use formats::{boot_info, sha256};
use serde::Deserialize;

use crate::identifier;
use crate::linked::{self, Linked, Records};
use crate::origin::{Component, Hashed, Kind, Origin, Provenance, Source};

/// As the expression for a machine's provenance writes them.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Facts {
    identity: String,
    image: String,
    /// By path in the ISO.
    files: BTreeMap<String, Place>,
    /// What the initramfs holds: files, or directories with all that is below them. The longest path wins.
    trees: Vec<Place>,
    components: BTreeMap<String, ComponentFacts>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    path: String,
    component: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ComponentFacts {
    name: String,
    #[serde(default)]
    kind: Kind,
    version: Option<String>,
    licence: Option<String>,
    about: Option<String>,
    /// Its name among package URLs of no particular kind.
    generic: Option<String>,
    /// `PART:VENDOR:PRODUCT`, as the National Vulnerability Database calls it.
    cpe: Option<String>,
    #[serde(default)]
    sources: Vec<Source>,
    #[serde(default)]
    patches: Vec<String>,
    configuration: Option<String>,
    linked: Option<RecordsPlace>,
    /// The components that are linked into this one.
    #[serde(default)]
    contains: Vec<String>,
}

/// The records of a Rust program's build.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordsPlace {
    /// The output of that build: the records, and the program as the package has it.
    records: String,
    /// The program as its package has it.
    program: String,
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("can't read {path}: {error}"))
}

fn text(path: &str) -> Result<String, String> {
    String::from_utf8(read(path)?).map_err(|_| format!("{path} is not text"))
}

fn hashed(path: &str) -> Result<Hashed, String> {
    Ok(Hashed {
        sha256: sha256::hex(&read(path)?),
        path: path.to_owned(),
    })
}

fn origin(path: &str, component: &str) -> Result<Origin, String> {
    let bytes = read(path)?;
    Ok(Origin {
        path: path.to_owned(),
        component: component.to_owned(),
        bytes: bytes.len(),
        sha256: sha256::hex(&bytes),
        sha256_without_boot_info: None,
    })
}

/// All files at or below `path`.
fn files_below(path: &Path) -> Result<Vec<String>, String> {
    let failed = |error| format!("can't read {}: {error}", path.display());
    let kind = fs::symlink_metadata(path).map_err(failed)?.file_type();
    let mut files = Vec::new();
    if kind.is_dir() {
        for entry in fs::read_dir(path).map_err(failed)? {
            files.extend(files_below(&entry.map_err(failed)?.path())?);
        }
    } else if kind.is_file() {
        files.push(path.to_str().ok_or("a file's name is not text")?.to_owned());
    }
    Ok(files)
}

/// The facts, and what the files add that they name.
pub fn complete(facts: Facts) -> Result<Provenance, String> {
    let image = origin(&facts.image, "image")?;
    let files = facts
        .files
        .into_iter()
        .map(|(path, place)| {
            let mut origin = origin(&place.path, &place.component)?;
            let without = boot_info::without(&read(&place.path)?);
            origin.sha256_without_boot_info = without.as_deref().map(sha256::hex);
            Ok((path, origin))
        })
        .collect::<Result<_, String>>()?;

    let mut trees = facts.trees;
    trees.sort_by_key(|place| place.path.len());
    let mut members = BTreeMap::new();
    for place in &trees {
        for path in files_below(Path::new(&place.path))? {
            let member = path.trim_start_matches('/').to_owned();
            members.insert(member, origin(&path, &place.component)?);
        }
    }

    let mut components = BTreeMap::new();
    for (id, facts) in facts.components {
        let version = facts.version.as_deref().unwrap_or_default();
        let component = Component {
            purl: facts
                .generic
                .map(|name| identifier::purl("generic", &name, version)),
            cpe: facts.cpe.map(|name| identifier::cpe(&name, version)),
            name: facts.name,
            kind: facts.kind,
            version: facts.version,
            licence: facts.licence,
            about: facts.about,
            sources: facts.sources,
            patches: facts
                .patches
                .iter()
                .map(|path| hashed(path))
                .collect::<Result<_, _>>()?,
            configuration: facts.configuration.as_deref().map(hashed).transpose()?,
            linked: facts.linked.as_ref().map(records).transpose()?,
            contains: facts.contains,
        };
        components.insert(id, component);
    }
    Ok(Provenance {
        identity: facts.identity,
        image,
        files,
        members,
        components,
    })
}

fn records(place: &RecordsPlace) -> Result<Linked, String> {
    let directory = &place.records;
    let program = place.program.rsplit('/').next().unwrap_or_default();
    let file = |name: &str| text(&format!("{directory}/{name}"));
    linked::read(&Records {
        unit_graph: &file("unit-graph.json")?,
        metadata: &file("metadata.json")?,
        lock: &file("Cargo.lock")?,
        objects: &file("objects")?,
        compiler: &file("rustc")?,
        identical: read(&format!("{directory}/bin/{program}"))? == read(&place.program)?,
    })
    .map_err(|why| format!("{directory}: {why}"))
}
