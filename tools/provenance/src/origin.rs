//! Where an image's files are from: the document that a build makes of it, and that audits read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::linked::Linked;

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    /// What the image calls itself.
    pub identity: String,
    pub image: Origin,
    pub files: BTreeMap<String, Origin>,
    pub members: BTreeMap<String, Origin>,
    pub components: BTreeMap<String, Component>,
}

/// A file of the store, and what component it belongs to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    pub path: String,
    pub component: String,
    pub bytes: usize,
    pub sha256: String,
    /// The same with zeros where the boot info table is written: of files of the ISO that could have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256_without_boot_info: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Component {
    pub name: String,
    pub kind: Kind,
    pub version: Option<String>,
    /// As SPDX writes it.
    pub licence: Option<String>,
    /// What it is, where a name does not say it.
    pub about: Option<String>,
    pub purl: Option<String>,
    pub cpe: Option<String>,
    /// What it was built from, as it came from outside.
    pub sources: Vec<Source>,
    pub patches: Vec<Hashed>,
    pub configuration: Option<Hashed>,
    pub linked: Option<Linked>,
    pub contains: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    pub name: String,
    /// As Nix has it: `sha256` and the hash in hexadecimal, base 32 or base 64.
    pub hash: Option<String>,
    /// The hash is that of a tree, as Nix archives it, not of a file.
    #[serde(default)]
    pub is_tree: bool,
    /// Addresses, or a path on any Debian mirror.
    #[serde(default)]
    pub places: Vec<String>,
    /// If whoever packed it gave it one.
    pub purl: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Hashed {
    pub path: String,
    pub sha256: String,
}

impl Component {
    /// `linux 6.12.96`
    pub fn title(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What holds the others: the ISO, the initramfs.
    #[default]
    Structure,
    Kernel,
    Loader,
    Program,
    Library,
    Settings,
}
