//! A report as a person reads it.

use std::collections::BTreeMap;
use std::fmt::Write;

use formats::text::grouped;
use provenance::closure::Closure;
use provenance::origin::{Component, Source};

use crate::audit::report::{Archive, Region, Report};
use crate::table::table;

fn heading(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{title}\n");
}

pub fn write(report: &Report) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}: {} bytes", report.file, grouped(report.bytes));
    let _ = writeln!(text, "SHA-256 {}", report.sha256);
    if let Some(layer) = &report.layer {
        let _ = writeln!(
            text,
            "\nSettings were put over it, SHA-256 {}:",
            layer.sha256
        );
        for line in layer.settings.lines() {
            let _ = writeln!(text, "  {line:?}");
        }
        let _ = writeln!(
            text,
            "\nThe image below them has SHA-256 {}.",
            layer.base_sha256
        );
    }
    let _ = writeln!(
        text,
        "{}",
        match report.identical {
            true => "This is the image that this checkout describes, bit for bit.",
            false => "This is not the image that this checkout describes.",
        }
    );

    heading(&mut text, "Contents of the image");
    text += &regions(&report.regions, report.components);
    for archive in &report.archives {
        write_archive(&mut text, archive, report.components);
    }

    heading(&mut text, "By component");
    text += &totals(report);

    heading(&mut text, "Sources");
    for (id, component) in report.components {
        write_component(&mut text, id, component);
    }
    for (id, component) in report.components {
        write_linked(&mut text, id, component);
    }

    heading(&mut text, "Closure: all that the build can reach");
    text += &closure(report.closure);

    heading(&mut text, "Conclusion");
    for problem in &report.problems {
        let _ = writeln!(text, "  error: {problem}");
    }
    let decoded: usize = report.archives.iter().map(|archive| archive.bytes).sum();
    let explained: usize = report
        .archives
        .iter()
        .flat_map(|archive| &archive.regions)
        .filter(|region| region.component.is_some())
        .map(|region| region.bytes)
        .sum();
    text += &table(
        &[
            line("the image", report.accounted, report.bytes),
            line("its archives, decoded", explained, decoded),
        ],
        &[1, 3],
    );
    text
}

fn line(what: &str, part: usize, whole: usize) -> Vec<String> {
    // rounded down, so that only all is 100 %
    let hundredths = (part * 10_000).checked_div(whole).unwrap_or(10_000);
    vec![
        what.to_owned(),
        grouped(part),
        format!("of {} bytes accounted for:", grouped(whole)),
        format!("{}.{:02} %", hundredths / 100, hundredths % 100),
    ]
}

fn title(components: &BTreeMap<String, Component>, id: Option<&String>) -> String {
    match id {
        None => String::from("UNKNOWN"),
        Some(id) => components
            .get(id)
            .map_or_else(|| id.clone(), Component::title),
    }
}

fn regions(regions: &[Region], components: &BTreeMap<String, Component>) -> String {
    let mut rows = vec![
        ["offset", "bytes", "what", "from"]
            .map(String::from)
            .to_vec(),
    ];
    for region in regions {
        let from = match &region.store_path {
            Some(path) => format!("{}: {path}", title(components, region.component.as_ref())),
            None => title(components, region.component.as_ref()),
        };
        rows.push(vec![
            format!("{:#09x}", region.offset),
            grouped(region.bytes),
            region.what.clone(),
            from,
        ]);
    }
    table(&rows, &[1])
}

fn write_archive(text: &mut String, archive: &Archive, components: &BTreeMap<String, Component>) {
    heading(
        text,
        &format!(
            "Contents of {}, the archive at {:#x} ({}): {} members, {} bytes",
            archive.file,
            archive.offset,
            if archive.compressed {
                "a zstd frame"
            } else {
                "plain"
            },
            archive.members,
            grouped(archive.bytes)
        ),
    );
    let files: Vec<Region> = archive
        .regions
        .iter()
        .filter(|region| {
            region.is_file || region.component.is_none() || region.what.contains(" → ")
        })
        .cloned()
        .map(|region| match region.is_file {
            true => Region {
                store_path: None,
                what: format!("/{}", region.what),
                ..region
            },
            false => region,
        })
        .collect();
    let rest: usize = archive.bytes - files.iter().map(|region| region.bytes).sum::<usize>();
    *text += &regions(&files, components);
    let _ = writeln!(
        text,
        "  and {} bytes of headers, names and padding (--json lists each)",
        grouped(rest)
    );
}

fn totals(report: &Report) -> String {
    let mut totals: BTreeMap<(usize, Option<&String>), usize> = BTreeMap::new();
    for region in &report.regions {
        *totals.entry((0, region.component.as_ref())).or_default() += region.bytes;
    }
    for region in report.archives.iter().flat_map(|archive| &archive.regions) {
        *totals.entry((1, region.component.as_ref())).or_default() += region.bytes;
    }
    let mut rows = vec![
        ["component", "in the image", "in its archives, decoded"]
            .map(String::from)
            .to_vec(),
    ];
    let mut ids: Vec<Option<&String>> = totals.keys().map(|(_, id)| *id).collect();
    ids.sort();
    ids.dedup();
    for id in ids {
        let cell = |place| {
            totals
                .get(&(place, id))
                .map_or(String::new(), |bytes| grouped(*bytes))
        };
        rows.push(vec![title(report.components, id), cell(0), cell(1)]);
    }
    table(&rows, &[1, 2])
}

fn write_component(text: &mut String, id: &str, component: &Component) {
    let _ = writeln!(
        text,
        "  {id}: {}, {}{}",
        component.title(),
        component.licence.as_deref().unwrap_or("licence unknown"),
        component
            .about
            .as_ref()
            .map_or(String::new(), |about| format!(" ({about})"))
    );
    for source in &component.sources {
        let _ = writeln!(text, "    from {}", describe(source));
    }
    for patch in &component.patches {
        let _ = writeln!(
            text,
            "    patched by {}\n      sha256 {}",
            patch.path, patch.sha256
        );
    }
    if let Some(configuration) = &component.configuration {
        let _ = writeln!(
            text,
            "    configured by {}\n      sha256 {}",
            configuration.path, configuration.sha256
        );
    }
    if !component.contains.is_empty() {
        let _ = writeln!(text, "    with {} linked in", component.contains.join(", "));
    }
}

fn describe(source: &Source) -> String {
    let mut text = source.name.clone();
    for place in &source.places {
        let _ = write!(text, "\n      at {place}");
    }
    if let Some(hash) = &source.hash {
        let _ = write!(text, "\n      {hash}");
    }
    text
}

fn write_linked(text: &mut String, id: &str, component: &Component) {
    let Some(linked) = &component.linked else {
        return;
    };
    heading(
        text,
        &format!(
            "Compiled into {id}, by {} for {}",
            linked.compiler, linked.target
        ),
    );
    let mut rows = vec![
        ["crate", "version", "licence", "SHA-256 of the crate"]
            .map(String::from)
            .to_vec(),
    ];
    for it in &linked.crates {
        rows.push(vec![
            it.name.clone(),
            it.version.clone(),
            it.licence.clone().unwrap_or_default(),
            it.sha256.clone().unwrap_or_else(|| String::from("-")),
        ]);
    }
    *text += &table(&rows, &[]);
    let _ = writeln!(
        text,
        "  {}",
        match linked.identical {
            true => "The recorded build gave the same program as the one for the image.",
            false => "The build that was recorded had the same inputs; its bytes are not the same.",
        }
    );
    let objects: Vec<String> = linked
        .objects
        .iter()
        .map(|(archive, members)| match members.as_slice() {
            [one] if one == archive => archive.clone(),
            members => format!("{archive} ({})", members.len()),
        })
        .collect();
    let _ = writeln!(
        text,
        "  objects that the linker took: {} (--json lists each)",
        objects.join(", ")
    );
}

fn closure(closure: &Closure) -> String {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for fixed in &closure.fixed {
        *kinds.entry(&fixed.kind).or_default() += 1;
    }
    let mut rows = vec![vec![
        grouped(closure.derivations),
        String::from("derivations"),
    ]];
    for (kind, count) in kinds {
        rows.push(vec![
            grouped(count),
            format!("fetched, each with a hash known beforehand: {kind}"),
        ]);
    }
    rows.push(vec![
        grouped(closure.sources.len()),
        String::from("files and trees of this repository and of its flake inputs"),
    ]);
    rows.push(vec![
        grouped(closure.impure.len()),
        String::from(
            "impure derivations: __impure, __noChroot, or an output without a hash known beforehand",
        ),
    ]);
    table(&rows, &[0]) + "  --json lists each with its hash and where it can be fetched\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_a_hundred_per_cent() {
        assert_eq!(line("", 999_999, 1_000_000)[3], "99.99 %");
        assert_eq!(line("", 10, 10)[3], "100.00 %");
    }
}
