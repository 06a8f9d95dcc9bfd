//! The packages of an image and how they depend on each other, whatever form they are written in.

use std::collections::{BTreeMap, BTreeSet};

use crate::linked::{Crate, Linked};
use crate::nix_hash;
use crate::origin::{self, Component, Provenance};

/// By reference, which is a package URL where there is one.
pub type Packages = BTreeMap<String, Package>;

/// The reference of the image itself.
pub const IMAGE: &str = "image";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    Image,
    Kernel,
    Driver,
    Program,
    Library,
    Settings,
    #[default]
    File,
    /// What something was built from.
    Source,
}

#[derive(Debug, Default)]
pub struct Package {
    pub kind: Kind,
    pub name: String,
    pub version: Option<String>,
    pub licence: Option<String>,
    pub about: Option<String>,
    pub purl: Option<String>,
    pub cpe: Option<String>,
    pub sha256: Option<String>,
    pub places: Vec<String>,
    /// By archive, the objects that the linker took.
    pub objects: BTreeMap<String, Vec<String>>,
    /// What is in it as it is.
    pub contains: BTreeSet<String>,
    /// What is linked into it.
    pub uses: BTreeSet<String>,
    pub sources: BTreeSet<String>,
    pub patches: BTreeSet<String>,
    pub configuration: Option<String>,
    /// Is all listed that it contains and uses? None where nobody asks.
    pub is_complete: Option<bool>,
}

/// All packages of the image. `hashes` are those of the ISO's files, by path: the boot loader has another one there
/// than before.
pub fn packages(
    provenance: &Provenance,
    hashes: &BTreeMap<String, String>,
) -> Result<Packages, String> {
    let mut packages = Packages::new();
    let component = |id: &str| {
        let unknown = || format!("the provenance has no component {id}");
        provenance.components.get(id).ok_or_else(unknown)
    };
    let reference =
        |id: &str| component(id).map(|it| it.purl.clone().unwrap_or_else(|| id.to_owned()));

    let mut contents: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut add_file = |reference: String, path: &str, id, sha256: &str| {
        let file = Package {
            kind: match path.ends_with(".ko") {
                true => Kind::Driver,
                false => Kind::File,
            },
            name: path.to_owned(),
            sha256: Some(sha256.to_owned()),
            ..Package::default()
        };
        contents.entry(id).or_default().insert(reference.clone());
        packages.insert(reference, file);
    };
    for (path, origin) in &provenance.files {
        let sha256 = hashes
            .get(path)
            .ok_or_else(|| format!("{path} is not in the ISO"))?;
        add_file(format!("iso:{path}"), path, &origin.component, sha256);
    }
    for (path, origin) in &provenance.members {
        let path = format!("/{path}");
        add_file(
            format!("initramfs:{path}"),
            &path,
            &origin.component,
            &origin.sha256,
        );
    }

    // those with files, and those that are linked into them
    let mut waiting: Vec<&str> = contents.keys().copied().collect();
    let mut in_image = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        let component = component(id)?;
        if in_image.insert(id) {
            waiting.extend(component.contains.iter().map(String::as_str));
        }
    }
    for id in in_image {
        let component = component(id)?;
        let mut package = of_component(component, &mut packages);
        package.contains = contents.remove(id).unwrap_or_default();
        for id in &component.contains {
            package.uses.insert(reference(id)?);
        }
        packages.insert(reference(id)?, package);
    }

    let parts = contents_of_image(&packages);
    packages.insert(
        IMAGE.to_owned(),
        Package {
            kind: Kind::Image,
            name: file_name(&provenance.image.path).to_owned(),
            version: Some(provenance.identity.clone()),
            about: Some(String::from("an ISO image that boots")),
            sha256: Some(provenance.image.sha256.clone()),
            contains: parts,
            is_complete: Some(true),
            ..Package::default()
        },
    );
    Ok(packages)
}

impl Package {
    /// The objects that the linker took, a line for each archive or file that they are from.
    pub fn objects(&self) -> impl Iterator<Item = String> {
        self.objects
            .iter()
            .map(|(archive, members)| match members.as_slice() {
                [only] if only == archive => archive.clone(),
                _ => format!("{archive}: {}", members.join(" ")),
            })
    }
}

/// What nothing else contains or was made with.
fn contents_of_image(packages: &Packages) -> BTreeSet<String> {
    let elsewhere: BTreeSet<&String> = packages
        .values()
        .flat_map(|it| it.contains.iter().chain(&it.uses))
        .collect();
    packages
        .iter()
        .filter(|(reference, it)| it.kind != Kind::Source && !elsewhere.contains(reference))
        .map(|(reference, _)| reference.clone())
        .collect()
}

fn of_component(component: &Component, packages: &mut Packages) -> Package {
    let mut package = Package {
        kind: match component.kind {
            origin::Kind::Structure => Kind::File,
            origin::Kind::Kernel => Kind::Kernel,
            origin::Kind::Loader | origin::Kind::Program => Kind::Program,
            origin::Kind::Library => Kind::Library,
            origin::Kind::Settings => Kind::Settings,
        },
        name: component.name.clone(),
        version: component.version.clone(),
        licence: component.licence.clone(),
        about: component.about.clone(),
        purl: component.purl.clone(),
        cpe: component.cpe.clone(),
        ..Package::default()
    };
    for source in &component.sources {
        let hash = source.hash.as_deref().filter(|_| !source.is_tree);
        let reference = source.purl.clone().unwrap_or_else(|| source.name.clone());
        // it may also be linked in itself
        packages
            .entry(reference.clone())
            .or_insert_with(|| Package {
                kind: Kind::Source,
                name: source.name.clone(),
                purl: source.purl.clone(),
                sha256: hash.and_then(nix_hash::to_hex),
                places: source.places.clone(),
                ..Package::default()
            });
        package.sources.insert(reference);
    }
    let mut add_own = |file: &origin::Hashed| {
        let reference = format!("file://{}", file.path);
        let own = Package {
            kind: Kind::Source,
            name: file_name(&file.path).to_owned(),
            sha256: Some(file.sha256.clone()),
            ..Package::default()
        };
        packages.insert(reference.clone(), own);
        reference
    };
    package.patches = component.patches.iter().map(&mut add_own).collect();
    package.configuration = component.configuration.as_ref().map(&mut add_own);
    if component.kind == origin::Kind::Program {
        package.is_complete = Some(component.linked.as_ref().is_some_and(|it| it.identical));
    }
    if let Some(linked) = &component.linked {
        add_linked(linked, &mut package, packages);
    }
    package
}

fn add_linked(linked: &Linked, package: &mut Package, packages: &mut Packages) {
    package.objects = linked.objects.clone();
    let title = |it: &Crate| format!("{} {}", it.name, it.version);
    let reference = |it: &Crate| it.purl.clone().unwrap_or_else(|| title(it));
    let references: BTreeMap<String, String> = linked
        .crates
        .iter()
        .map(|it| (title(it), reference(it)))
        .collect();
    for (index, it) in linked.crates.iter().enumerate() {
        let uses = it
            .dependencies
            .iter()
            .filter_map(|title| references.get(title).cloned());
        // the program's own crate is the program
        if index == 0 {
            package.uses.extend(uses);
            continue;
        }
        let library = packages.entry(reference(it)).or_default();
        library.kind = Kind::Library;
        library.name = it.name.clone();
        library.version = Some(it.version.clone());
        library.licence = it.licence.clone();
        library.purl = it.purl.clone();
        library.sha256 = it.sha256.clone();
        // another program may use it with other features
        library.uses.extend(uses);
    }
}

/// Without the directory and the hash that a file of the store has.
fn file_name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.split_once('-') {
        Some((hash, rest)) if hash.len() == 32 => rest,
        _ => name,
    }
}
