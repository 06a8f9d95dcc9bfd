//! How an image becomes a report: what each of its ranges is comes from the image, where it is from out of the facts.

use std::collections::HashSet;

use formats::cpio::Member;
use formats::error::Error;
use formats::image::{Image, Part, PartKind};
use formats::initramfs::Segment;
use formats::layout::is_zero;
use formats::settings_layer::{self, SettingsLayer};
use formats::sha256;
use formats::text::escape;
use formats::{boot_info, hybrid};
use provenance::closure::Closure;
use provenance::origin::{Origin, Provenance};

use crate::audit::report::{Archive, LayerReport, Region, Report};

/// The components that structures are of: written by the tools, with no file of their own.
const IMAGE: &str = "image";
const INITRD: &str = "initrd";
const LAYER: &str = "layer";

pub fn report<'a>(
    file: &str,
    image: &Image,
    provenance: &'a Provenance,
    closure: &'a Closure,
) -> Report<'a> {
    let whole = sha256::hex(image.bytes);
    let layer = settings_layer::find(image);
    let layer_report = layer.as_ref().map(|layer| {
        let settings = settings_layer::without_values(&layer.text);
        LayerReport {
            sha256: sha256::hex(settings.as_bytes()),
            settings,
            base_sha256: sha256::hex(&settings_layer::without(image, layer)),
        }
    });
    let base = layer_report.as_ref().map_or(&whole, |it| &it.base_sha256);
    let identical = *base == provenance.image.sha256;

    let mut problems = Vec::new();
    let regions: Vec<Region> = image
        .parts
        .iter()
        .map(|part| {
            region(
                part,
                image,
                layer_report.as_ref(),
                provenance,
                &mut problems,
            )
        })
        .collect();
    let archives = archives(image, layer.as_ref(), provenance, &mut problems);
    problems.extend(
        closure
            .impure
            .iter()
            .map(|derivation| format!("the build is not pure: {derivation}")),
    );

    Report {
        file: file.to_owned(),
        bytes: image.bytes.len(),
        identical,
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

/// A part of the image.
fn region(
    part: &Part,
    image: &Image,
    layer: Option<&LayerReport>,
    provenance: &Provenance,
    problems: &mut Vec<String>,
) -> Region {
    let bytes = &image.bytes[part.range.clone()];
    let mut region = structure(IMAGE, part.range.start, bytes.len(), part.kind.to_string());
    match &part.kind {
        PartKind::Unaccounted => {
            region.component = None;
            problems.push(format!(
                "{} bytes at {:#x} are part of nothing, and not zero",
                bytes.len(),
                part.range.start
            ));
        }
        PartKind::File(path) if path == settings_layer::ISO_PATH && layer.is_some() => {
            region.is_file = true;
            region.component = Some(LAYER.to_owned());
            // by the file's own hash, values could be guessed
            region.sha256 = layer.map(|layer| layer.sha256.clone());
        }
        PartKind::File(path) if path == settings_layer::ISO_PATH && is_zero(bytes) => {
            region.what += ", room for a layer of settings, empty";
        }
        PartKind::Hybrid(kind @ (hybrid::Kind::BootCode | hybrid::Kind::Program)) => {
            let name = kind.to_string();
            known(&mut region, &name, bytes, false, provenance, problems);
        }
        PartKind::File(path) => {
            let has_boot_info = image.boot_info.as_deref() == Some(path);
            known(
                &mut region,
                path,
                bytes,
                has_boot_info,
                provenance,
                problems,
            );
        }
        _ => (),
    }
    region
}

fn archives(
    image: &Image,
    layer: Option<&SettingsLayer>,
    provenance: &Provenance,
    problems: &mut Vec<String>,
) -> Vec<Archive> {
    let mut archives = Vec::new();
    for (entry, segments) in image.archives() {
        match segments {
            Err(Error { at, message }) => problems.push(format!(
                "{}: at {:#x} of the file, {:#x} of the image: {message}",
                entry.path,
                at,
                entry.range.start + at
            )),
            // what a layer of settings holds was looked at as a whole
            Ok(_) if layer.is_some() && entry.path == settings_layer::ISO_PATH => (),
            Ok(segments) => archives.extend(segments.iter().map(|segment| {
                let offset = entry.range.start + segment.range.start;
                archive(&entry.path, offset, segment, provenance, problems)
            })),
        }
    }
    archives
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
    region.sha256 = Some(sha256::hex(bytes));
    let origin = provenance.files.get(path);
    if origin.is_some_and(|origin| is_from(bytes, has_boot_info, origin)) {
        region.component = origin.map(|origin| origin.component.clone());
        region.store_path = origin.map(|origin| origin.path.clone());
        if has_boot_info {
            region.what += ", with a boot info table at 0x8–0x3f";
        }
    } else {
        region.component = None;
        problems.push(match origin {
            Some(origin) => format!(
                "{path} at {:#x} is not {}, which this checkout builds: ask verify what differs",
                region.offset, origin.path
            ),
            None => format!(
                "{path} at {:#x} is not a file of this checkout's image",
                region.offset
            ),
        });
    }
}

/// The store's file, but for the boot info table that is written into it.
fn is_from(bytes: &[u8], has_boot_info: bool, origin: &Origin) -> bool {
    if has_boot_info {
        let without = boot_info::without(bytes);
        return origin.sha256_without_boot_info == without.as_deref().map(sha256::hex);
    }
    sha256::hex(bytes) == origin.sha256
}

fn archive(
    file: &str,
    offset: usize,
    segment: &Segment,
    provenance: &Provenance,
    problems: &mut Vec<String>,
) -> Archive {
    let mut regions = Vec::new();
    let range = match segment.compressed {
        true => 0..segment.data.len(),
        false => segment.range.clone(),
    };
    let members = || segment.archives.iter().flat_map(|archive| &archive.members);
    let names: HashSet<&str> = members().map(|member| member.name.as_str()).collect();
    for archive in &segment.archives {
        for member in &archive.members {
            let head = &member.head;
            pad(&mut regions, range.start, head.start);
            let what = format!("header of {}", member.name);
            regions.push(structure(INITRD, head.start, head.len(), what));
            let data = &segment.data[member.data.clone()];
            let (mut region, problem) = contents(member, data, &names, provenance);
            if let Some(problem) = problem {
                region.component = None;
                problems.push(format!("{file}: {problem}"));
            }
            if !data.is_empty() || region.is_file {
                regions.push(region);
            }
        }
        pad(&mut regions, range.start, archive.trailer.start);
        regions.push(structure(
            INITRD,
            archive.trailer.start,
            archive.trailer.len(),
            String::from("trailer"),
        ));
    }
    pad(&mut regions, range.start, range.end);
    Archive {
        file: file.to_owned(),
        offset,
        compressed: segment.compressed,
        bytes: regions.iter().map(|region| region.bytes).sum(),
        members: members().count(),
        regions,
    }
}

/// Where in the archive a link leads to, from its own place.
fn place(link: &str, target: &str) -> String {
    let own = link.rsplit_once('/').map_or("", |(directory, _)| directory);
    let start = if target.starts_with('/') { "" } else { own };
    let mut place: Vec<&str> = Vec::new();
    for part in start.split('/').chain(target.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(place.pop()),
            part => place.push(part),
        }
    }
    place.join("/")
}

/// A member's data, and what is wrong with it.
fn contents(
    member: &Member,
    data: &[u8],
    names: &HashSet<&str>,
    provenance: &Provenance,
) -> (Region, Option<String>) {
    let name = &member.name;
    let mut region = structure(INITRD, member.data.start, data.len(), name.clone());
    let problem = if member.is_file() {
        let sha256 = sha256::hex(data);
        let origin = provenance.members.get(name);
        let origin = origin.filter(|origin| origin.sha256 == sha256);
        region.is_file = true;
        region.sha256 = Some(sha256);
        region.component = origin.map(|origin| origin.component.clone());
        region.store_path = origin.map(|origin| origin.path.clone());
        origin.is_none().then(|| {
            format!("the member {name} is not a file of this checkout's: ask verify what differs")
        })
    } else if member.is_link() {
        let target = escape(data);
        region.what = format!("{name} → {target}");
        let is_here = names.contains(place(name, &target).as_str());
        (!is_here)
            .then(|| format!("the link {name} leads to {target}, which is not in the archive"))
    } else if !member.is_directory() {
        Some(format!(
            "the member {name} is neither a file nor a link nor a directory"
        ))
    } else if !data.is_empty() {
        Some(format!("the directory {name} has contents"))
    } else {
        None
    };
    (region, problem)
}

fn structure(component: &str, offset: usize, bytes: usize, what: String) -> Region {
    Region {
        offset,
        bytes,
        what,
        component: Some(component.to_owned()),
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
        regions.push(structure(INITRD, end, to - end, String::from("padding")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_on_from_where_it_is() {
        for (link, target, wanted) in [
            ("init", "/nix/store/x/bin/init", "nix/store/x/bin/init"),
            ("zones/UTC", "Etc/UTC", "zones/Etc/UTC"),
            ("programs/a/exe", "../b/exe", "programs/b/exe"),
            ("a/b", "../../../../c", "c"),
            ("a", "./b//c/", "b/c"),
        ] {
            assert_eq!(place(link, target), wanted, "{link} → {target}");
        }
    }
}
