//! An audit's findings: what each range of an image is, and where it is from.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use crate::closure::Closure;
use crate::fields::is_zero;
use crate::image::{Image, What};
use crate::initramfs::Layer;
use crate::names::shown;
use crate::provenance::{Component, Origin, Provenance};
use crate::{Error, el_torito, layer, sha256};

/// The components that structures are of: written by the tools, with no file of their own.
const IMAGE: &str = "image";
const INITRD: &str = "initrd";
const LAYER: &str = "layer";

#[derive(Serialize)]
pub struct Report<'a> {
    pub file: String,
    pub bytes: usize,
    pub sha256: String,
    /// Is this the very image that the facts are about, but for a layer of settings?
    pub identical: bool,
    pub layer: Option<LayerReport>,
    pub regions: Vec<Region>,
    pub archives: Vec<Archive>,
    pub components: &'a BTreeMap<String, Component>,
    pub closure: &'a Closure,
    /// Bytes that are explained, of `bytes` and of the archives' decoded bytes.
    pub accounted: usize,
    pub problems: Vec<String>,
}

/// Settings that were put over the image.
#[derive(Serialize)]
pub struct LayerReport {
    /// Of the settings' text, as `configure` tells it.
    pub sha256: String,
    pub settings: String,
    /// Of the image without them.
    pub base_sha256: String,
}

#[derive(Clone, Serialize)]
pub struct Region {
    pub offset: usize,
    pub bytes: usize,
    pub what: String,
    /// Of the facts' components; none where nothing explains the bytes.
    pub component: Option<String>,
    pub store_path: Option<String>,
    pub sha256: Option<String>,
    /// It is a file, not a structure.
    pub is_file: bool,
}

#[derive(Serialize)]
pub struct Archive {
    pub file: String,
    pub offset: usize,
    pub compressed: bool,
    pub bytes: usize,
    pub members: usize,
    pub regions: Vec<Region>,
}

pub fn audit<'a>(
    file: &str,
    image: &Image,
    provenance: &'a Provenance,
    closure: &'a Closure,
) -> Report<'a> {
    let whole = sha256(image.bytes);
    let layer = layer::over(image);
    let layer_report = layer.as_ref().map(|layer| LayerReport {
        sha256: sha256(layer.text.as_bytes()),
        settings: layer.text.clone(),
        base_sha256: sha256(&layer::base(image, layer)),
    });
    let mut problems = Vec::new();
    let mut regions = Vec::new();
    for part in &image.parts {
        let bytes = &image.bytes[part.range.clone()];
        let mut region = Region {
            offset: part.range.start,
            bytes: bytes.len(),
            what: part.what.to_string(),
            component: Some(IMAGE.to_owned()),
            store_path: None,
            sha256: None,
            is_file: false,
        };
        match &part.what {
            What::Unaccounted => {
                region.component = None;
                problems.push(format!(
                    "{} bytes at {:#x} are part of nothing, and not zero",
                    bytes.len(),
                    part.range.start
                ));
            }
            What::File(path) if path == layer::ROOM && layer.is_some() => {
                region.is_file = true;
                region.component = Some(LAYER.to_owned());
                region.sha256 = Some(sha256(bytes));
            }
            What::File(path) if path == layer::ROOM && is_zero(bytes) => {
                region.what += ", room for a layer of settings, empty";
            }
            What::File(path) => {
                let has_boot_info = image.boot_info.as_deref() == Some(path);
                known(
                    &mut region,
                    path,
                    bytes,
                    has_boot_info,
                    provenance,
                    &mut problems,
                );
            }
            _ => (),
        }
        regions.push(region);
    }

    let mut archives = Vec::new();
    for (entry, layers) in image.archives() {
        match layers {
            Err(Error { at, message }) => problems.push(format!(
                "{}: at {:#x} of the file, {:#x} of the image: {message}",
                entry.path,
                at,
                entry.range.start + at
            )),
            Ok(layers) => {
                // what a layer of settings holds was looked at as a whole
                let is_layer = layer.is_some() && entry.path == layer::ROOM;
                for layer in layers.iter().filter(|_| !is_layer) {
                    let offset = entry.range.start + layer.range.start;
                    archives.push(archive(
                        &entry.path,
                        offset,
                        layer,
                        provenance,
                        &mut problems,
                    ));
                }
            }
        }
    }
    problems.extend(
        closure
            .impure
            .iter()
            .map(|derivation| format!("the build is not pure: {derivation}")),
    );

    Report {
        file: file.to_owned(),
        bytes: image.bytes.len(),
        identical: *layer_report
            .as_ref()
            .map_or(&whole, |layer| &layer.base_sha256)
            == provenance.image.sha256,
        sha256: whole,
        layer: layer_report,
        accounted: regions
            .iter()
            .filter(|region| region.component.is_some())
            .map(|region| region.bytes)
            .sum(),
        regions,
        archives,
        components: &provenance.components,
        closure,
        problems,
    }
}

/// A file of the image: is it the one that the facts name?
fn known(
    region: &mut Region,
    path: &str,
    bytes: &[u8],
    has_boot_info: bool,
    provenance: &Provenance,
    problems: &mut Vec<String>,
) {
    region.is_file = true;
    region.sha256 = Some(sha256(bytes));
    let origin = provenance.files.get(path);
    if origin.is_some_and(|origin| is_from(bytes, has_boot_info, origin)) {
        region.component = origin.map(|origin| origin.component.clone());
        region.store_path = origin.map(|origin| origin.path.clone());
        if has_boot_info {
            region.what += ", with xorriso's boot info table at 0x8–0x3f";
        }
    } else {
        region.component = None;
        problems.push(match origin {
            Some(origin) => format!(
                "{path} at {:#x} is not {}, which this checkout builds: ask verify what differs",
                region.offset, origin.path
            ),
            None => format!(
                "{path} at {:#x} is no file of this checkout's image",
                region.offset
            ),
        });
    }
}

/// The store's file, but for the boot info table that xorriso wrote into it.
fn is_from(bytes: &[u8], has_boot_info: bool, origin: &Origin) -> bool {
    if has_boot_info {
        let mut without = bytes.to_vec();
        without[el_torito::BOOT_INFO].fill(0);
        return origin.sha256_without_boot_info == Some(sha256(&without));
    }
    sha256(bytes) == origin.sha256
}

fn archive(
    file: &str,
    offset: usize,
    layer: &Layer,
    provenance: &Provenance,
    problems: &mut Vec<String>,
) -> Archive {
    let mut regions = Vec::new();
    let start = if layer.compressed {
        0
    } else {
        layer.range.start
    };
    let members = || layer.archives.iter().flat_map(|archive| &archive.members);
    let names: HashSet<&str> = members().map(|member| member.name.as_str()).collect();
    for archive in &layer.archives {
        for member in &archive.members {
            let name = &member.name;
            pad(&mut regions, start, member.head.start);
            regions.push(structure(
                member.head.start,
                member.head.len(),
                format!("header of {name}"),
            ));
            let data = &layer.data[member.data.clone()];
            let mut region = structure(member.data.start, data.len(), name.clone());
            let mut unexplained = |region: &mut Region, why: String| {
                region.component = None;
                problems.push(format!("{file}: {why}"));
            };
            if member.is_file() {
                let sha256 = sha256(data);
                let origin = provenance
                    .members
                    .get(name)
                    .filter(|origin| origin.sha256 == sha256);
                region.is_file = true;
                region.sha256 = Some(sha256);
                region.component = origin.map(|origin| origin.component.clone());
                region.store_path = origin.map(|origin| origin.path.clone());
                if origin.is_none() {
                    unexplained(
                        &mut region,
                        format!(
                            "the member {name} is no file of this checkout's: ask verify what differs"
                        ),
                    );
                }
            } else if member.is_link() {
                let target = shown(data);
                region.what = format!("{name} → {target}");
                if !names.contains(target.trim_start_matches('/')) {
                    unexplained(
                        &mut region,
                        format!("the link {name} leads to {target}, which is not in the archive"),
                    );
                }
            } else if !member.is_directory() {
                unexplained(
                    &mut region,
                    format!("the member {name} is neither a file nor a link nor a directory"),
                );
            } else if !data.is_empty() {
                unexplained(&mut region, format!("the directory {name} has contents"));
            }
            if !data.is_empty() || region.is_file {
                regions.push(region);
            }
        }
        pad(&mut regions, start, archive.trailer.start);
        regions.push(structure(
            archive.trailer.start,
            archive.trailer.len(),
            String::from("trailer"),
        ));
    }
    let end = if layer.compressed {
        layer.data.len()
    } else {
        layer.range.end
    };
    pad(&mut regions, start, end);
    Archive {
        file: file.to_owned(),
        offset,
        compressed: layer.compressed,
        bytes: regions.iter().map(|region| region.bytes).sum(),
        members: members().count(),
        regions,
    }
}

fn structure(offset: usize, bytes: usize, what: String) -> Region {
    Region {
        offset,
        bytes,
        what,
        component: Some(INITRD.to_owned()),
        store_path: None,
        sha256: None,
        is_file: false,
    }
}

/// Zeros from the last region's end to `to`: whoever parsed the archive has seen that they are.
fn pad(regions: &mut Vec<Region>, start: usize, to: usize) {
    let end = regions
        .last()
        .map_or(start, |last| last.offset + last.bytes);
    if to > end {
        regions.push(structure(end, to - end, String::from("padding")));
    }
}
