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

/// What comes along with a program: its name, and the store paths that Nix lists.
struct Graph {
    program: String,
    paths: Vec<String>,
}

impl Graph {
    /// Of a file `closure-PROGRAM` as `exportReferencesGraph` writes it (Nix manual, "Advanced Attributes").
    fn read(file: &str) -> Result<Graph, String> {
        let name = file.rsplit('/').next().unwrap_or(file);
        let program = name.strip_prefix("closure-").unwrap_or(name).to_owned();
        let paths = paths_of_graph(&text(file)?).ok_or_else(|| format!("{file} is malformed"))?;
        Ok(Graph { program, paths })
    }
}

/// For each path: itself, what it was made by, a number, and so many paths that it refers to.
fn paths_of_graph(text: &str) -> Option<Vec<String>> {
    let mut lines = text.lines();
    let mut paths = Vec::new();
    while let Some(path) = lines.next() {
        paths.push(path.to_owned());
        let _deriver = lines.next()?;
        let count: usize = lines.next()?.parse().ok()?;
        for _ in 0..count {
            lines.next()?;
        }
    }
    Some(paths)
}

/// `nginx-1.26.3` of `/nix/store/HASH-nginx-1.26.3`, in two.
fn name_and_version(path: &str) -> (String, Option<String>) {
    let base = path.rsplit('/').next().unwrap_or(path);
    let name = base.split_once('-').map_or(base, |(_, name)| name);
    let is_version = |at: &usize| name[at + 1..].starts_with(|it: char| it.is_ascii_digit());
    match name.match_indices('-').map(|(at, _)| at).find(is_version) {
        Some(at) => (name[..at].to_owned(), Some(name[at + 1..].to_owned())),
        None => (name.to_owned(), None),
    }
}

/// The facts, and what the files add that they name, and those that come along with programs.
pub fn complete(facts: Facts, graphs: &[String]) -> Result<Provenance, String> {
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
    let mut components = BTreeMap::new();
    for graph in graphs {
        let graph = Graph::read(graph)?;
        for path in &graph.paths {
            let (name, version) = name_and_version(path);
            let component = Component {
                purl: Some(identifier::purl(
                    "generic",
                    &name,
                    version.as_deref().unwrap_or_default(),
                )),
                name,
                version,
                kind: Kind::Library,
                about: Some(format!("comes along with the program {}", graph.program)),
                ..Component::default()
            };
            components.insert(path.clone(), component);
            for file in files_below(Path::new(path))? {
                members.insert(
                    file.trim_start_matches('/').to_owned(),
                    origin(&file, path)?,
                );
            }
        }
    }
    for place in &trees {
        for path in files_below(Path::new(&place.path))? {
            let member = path.trim_start_matches('/').to_owned();
            members.insert(member, origin(&path, &place.component)?);
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_of_a_graph_are_those_that_have_an_entry() {
        let graph = "/nix/store/a-x-1\n/nix/store/d.drv\n1\n/nix/store/b-y\n/nix/store/b-y\n\n0\n";
        let paths = paths_of_graph(graph).unwrap();
        assert_eq!(paths, ["/nix/store/a-x-1", "/nix/store/b-y"]);
        for malformed in ["a\nb\n", "a\nb\nx\n", "a\nb\n2\nc\n"] {
            assert_eq!(paths_of_graph(malformed), None, "{malformed:?}");
        }
    }

    #[test]
    fn a_version_begins_with_a_digit() {
        let of = |path: &str| name_and_version(path);
        let version = |it: &str| Some(it.to_owned());
        assert_eq!(
            of("/nix/store/abc-nginx-1.26.3"),
            ("nginx".into(), version("1.26.3"))
        );
        assert_eq!(of("/nix/store/abc-gcc-lib"), ("gcc-lib".into(), None));
        assert_eq!(of("/nix/store/abc-x-y-2-z"), ("x-y".into(), version("2-z")));
        assert_eq!(of("/nix/store/abc"), ("abc".into(), None));
    }
}
