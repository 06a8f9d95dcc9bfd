//! The packages as SPDX writes them, JSON 2.3. Files are packages too: SPDX asks for a file's SHA-1, which nobody
//! should rely on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sbom::packages::{IMAGE, Kind, Package, Packages};
use crate::sbom::uuid;

const UNKNOWN: &str = "NOASSERTION";

pub fn write(packages: &Packages, date: &str) -> Value {
    // Its identifiers are of letters, digits, dots and hyphens: the number makes them different all the same.
    let identifiers: BTreeMap<&str, String> = packages
        .iter()
        .enumerate()
        .map(|(index, (reference, it))| {
            let plain = |c: char| match c {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' => c,
                _ => '-',
            };
            let name: String = it.name.chars().map(plain).collect();
            (
                reference.as_str(),
                format!("SPDXRef-{index}-{}", name.trim_matches('-')),
            )
        })
        .collect();
    let listed: Vec<Value> = packages
        .iter()
        .map(|(reference, it)| package(&identifiers[reference.as_str()], it))
        .collect();

    let mut relationships = vec![relationship(
        "SPDXRef-DOCUMENT",
        "DESCRIBES",
        &identifiers[IMAGE],
    )];
    for (reference, it) in packages {
        let from = &identifiers[reference.as_str()];
        let mut relate = |kind: &str, others: &mut dyn Iterator<Item = &String>| {
            for other in others {
                relationships.push(relationship(from, kind, &identifiers[other.as_str()]));
            }
        };
        let uses = match it.kind {
            Kind::Program => "STATIC_LINK",
            _ => "DEPENDS_ON",
        };
        relate("CONTAINS", &mut it.contains.iter());
        relate(uses, &mut it.uses.iter());
        relate(
            "GENERATED_FROM",
            &mut it.sources.iter().chain(&it.configuration),
        );
        for patch in &it.patches {
            let patch = &identifiers[patch.as_str()];
            relationships.push(relationship(patch, "PATCH_APPLIED", from));
        }
        if it.is_complete == Some(false) {
            relationships.push(relationship(from, uses, UNKNOWN));
        }
    }

    let mut document = json!({
        "spdxVersion": "SPDX-2.3",
        "SPDXID": "SPDXRef-DOCUMENT",
        "dataLicense": "CC0-1.0",
        "name": packages[IMAGE].name,
        "creationInfo": {
            "created": date,
            "creators": [format!("Tool: scratchmachine-sbom-{}", env!("CARGO_PKG_VERSION"))],
        },
        "packages": listed,
        "relationships": relationships,
    });
    document["documentNamespace"] = json!(format!("urn:uuid:{}", uuid::of(&document.to_string())));
    document
}

fn relationship(from: &str, kind: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to })
}

fn package(identifier: &str, it: &Package) -> Value {
    let purpose = match it.kind {
        Kind::Image | Kind::Kernel => "OPERATING_SYSTEM",
        Kind::Program => "APPLICATION",
        Kind::Library => "LIBRARY",
        Kind::Settings | Kind::Driver | Kind::File => "FILE",
        Kind::Source => "SOURCE",
    };
    // paths on a mirror are no addresses
    let address = it.places.iter().find(|place| place.starts_with("https://"));
    let mut package = json!({
        "SPDXID": identifier,
        "name": it.name,
        "primaryPackagePurpose": purpose,
        "supplier": UNKNOWN,
        "downloadLocation": address.map_or(UNKNOWN, |address| address),
        "filesAnalyzed": false,
        "licenseConcluded": UNKNOWN,
        "licenseDeclared": it.licence.as_deref().unwrap_or(UNKNOWN),
        "copyrightText": UNKNOWN,
    });
    if let Some(version) = &it.version {
        package["versionInfo"] = json!(version);
    }
    if let Some(about) = &it.about {
        package["description"] = json!(about);
    }
    if let Some(hash) = &it.sha256 {
        package["checksums"] = json!([{ "algorithm": "SHA256", "checksumValue": hash }]);
    }
    if !it.objects.is_empty() {
        let objects: Vec<String> = it.objects().collect();
        package["comment"] = json!(format!("objects linked in: {}", objects.join("; ")));
    }
    let mut references = Vec::new();
    for (category, kind, locator) in [
        ("PACKAGE-MANAGER", "purl", &it.purl),
        ("SECURITY", "cpe23Type", &it.cpe),
    ] {
        if let Some(locator) = locator {
            references.push(json!({
                "referenceCategory": category,
                "referenceType": kind,
                "referenceLocator": locator,
            }));
        }
    }
    if !references.is_empty() {
        package["externalRefs"] = json!(references);
    }
    package
}
