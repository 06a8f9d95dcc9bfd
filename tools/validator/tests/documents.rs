//! The documents of the demo machine, those of a machine with a program of undeclared sources, and a VEX of the demo
//! machine. Environment variables hold their paths, which the check `sbom` sets.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use validator::{Schemas, is_licence};

const DEMO: &str = "SBOM_DEMO";
const OTHER: &str = "SBOM_OTHER";

fn path(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: nix build .#checks.x86_64-linux.sbom"))
}

fn json(path: &str) -> Value {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn cyclonedx(machine: &str) -> Value {
    json(&format!("{}.cdx.json", path(machine)))
}

fn spdx(machine: &str) -> Value {
    json(&format!("{}.spdx.json", path(machine)))
}

fn vex() -> Value {
    json(&path("VEX"))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The image, and all components with those inside them.
fn components(document: &Value) -> Vec<&Value> {
    let mut found: Vec<&Value> = list(&document["components"]).collect();
    found.push(&document["metadata"]["component"]);
    let mut next = 0;
    while next < found.len() {
        let component = found[next];
        found.extend(list(&component["components"]));
        next += 1;
    }
    found
}

/// SPDX's relationships of a kind as (from, to), by name.
fn relationships(document: &Value, kind: &str) -> BTreeSet<(String, String)> {
    let names: BTreeMap<&str, &str> = list(&document["packages"])
        .map(|it| (text(&it["SPDXID"]), text(&it["name"])))
        .collect();
    let name = |it: &Value| names.get(text(it)).unwrap_or(&text(it)).to_string();
    list(&document["relationships"])
        .filter(|it| it["relationshipType"] == kind)
        .map(|it| (name(&it["spdxElementId"]), name(&it["relatedSpdxElement"])))
        .collect()
}

#[test]
fn the_documents_conform_to_their_formats_schemas() {
    let schemas = Schemas::load().unwrap();
    for machine in [DEMO, OTHER] {
        schemas.cyclonedx(&cyclonedx(machine)).unwrap();
        schemas.spdx(&spdx(machine)).unwrap();
    }
    schemas.cyclonedx(&vex()).unwrap();
}

#[test]
fn a_document_that_does_not_conform_is_refused() {
    let schemas = Schemas::load().unwrap();
    let broken = |document: &Value, pointer: &str, with: Value| {
        let mut document = document.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let parent = document.pointer_mut(parent).unwrap();
        match parent {
            Value::Object(fields) => fields.insert(key.to_owned(), with),
            other => panic!("{other} has no {key}"),
        };
        document
    };
    let good = cyclonedx(DEMO);
    for (pointer, with) in [
        ("/bomFormat", json!("SPDX")),
        ("/serialNumber", json!("urn:uuid:1")),
        ("/surprise", json!(1)),
        ("/signature", json!({ "value": "x" })),
        ("/metadata/timestamp", json!("yesterday")),
        ("/components/0/type", json!("thing")),
        (
            "/components/0/hashes",
            json!([{ "alg": "SHA-256", "content": "00" }]),
        ),
        (
            "/components/0/licenses",
            json!([{ "license": { "id": "MIT-ish" } }]),
        ),
        ("/dependencies/0/dependsOn", json!([1])),
    ] {
        let document = broken(&good, pointer, with);
        assert!(schemas.cyclonedx(&document).is_err(), "{pointer}");
    }
    let mit = json!([{ "license": { "id": "MIT" } }]);
    let document = broken(&good, "/components/0/licenses", mit);
    schemas.cyclonedx(&document).unwrap();

    let good = vex();
    for (pointer, with) in [
        ("/vulnerabilities/0/analysis/state", json!("harmless")),
        (
            "/vulnerabilities/0/analysis/justification",
            json!("do_not_care"),
        ),
        ("/vulnerabilities/0/affects", json!([{ "version": "1" }])),
    ] {
        let document = broken(&good, pointer, with);
        assert!(schemas.cyclonedx(&document).is_err(), "{pointer}");
    }

    let good = spdx(DEMO);
    for (pointer, with) in [
        ("/SPDXID", Value::Null),
        ("/surprise", json!(1)),
        ("/creationInfo/creators", json!([])),
        ("/packages/0/downloadLocation", Value::Null),
        ("/packages/0/primaryPackagePurpose", json!("KERNEL")),
        (
            "/packages/0/checksums",
            json!([{ "algorithm": "SHA-256", "checksumValue": "00" }]),
        ),
        ("/relationships/0/relationshipType", json!("LIKES")),
    ] {
        let document = broken(&good, pointer, with);
        assert!(schemas.spdx(&document).is_err(), "{pointer}");
    }
}

#[test]
fn every_reference_leads_to_something() {
    for machine in [DEMO, OTHER] {
        let document = cyclonedx(machine);
        let components = components(&document);
        let references: BTreeSet<&str> = components.iter().map(|it| text(&it["bom-ref"])).collect();
        assert_eq!(
            references.len(),
            components.len(),
            "two have the same reference"
        );
        let mut used = Vec::new();
        for it in list(&document["dependencies"]) {
            used.push(&it["ref"]);
            used.extend(list(&it["dependsOn"]));
        }
        for it in list(&document["compositions"]) {
            used.extend(list(&it["dependencies"]));
        }
        assert!(used.len() > references.len());
        for reference in used {
            assert!(references.contains(text(reference)), "{reference}");
        }

        let document = spdx(machine);
        let packages = || list(&document["packages"]);
        let identifiers: BTreeSet<&str> = packages().map(|it| text(&it["SPDXID"])).collect();
        assert_eq!(
            identifiers.len(),
            packages().count(),
            "two have the same reference"
        );
        for it in list(&document["relationships"]) {
            for end in ["spdxElementId", "relatedSpdxElement"] {
                let end = text(&it[end]);
                let known = ["SPDXRef-DOCUMENT", "NOASSERTION"].contains(&end);
                assert!(known || identifiers.contains(end), "{end}");
            }
        }
    }
}

#[test]
fn every_component_is_reached_from_the_image() {
    for machine in [DEMO, OTHER] {
        let document = cyclonedx(machine);
        let edges: BTreeMap<&str, Vec<&str>> = list(&document["dependencies"])
            .map(|it| (text(&it["ref"]), list(&it["dependsOn"]).map(text).collect()))
            .collect();
        let mut reached = BTreeSet::new();
        let mut waiting = vec!["image"];
        while let Some(reference) = waiting.pop() {
            if reached.insert(reference) {
                waiting.extend(&edges[reference]);
            }
        }
        for it in components(&document) {
            assert!(reached.contains(text(&it["bom-ref"])), "{}", it["name"]);
        }
    }
}

#[test]
fn every_licence_is_one_of_spdx() {
    let document = cyclonedx(DEMO);
    let components = components(&document);
    let licences = components.iter().flat_map(|it| list(&it["licenses"]));
    let licences: Vec<&str> = licences.map(|it| text(&it["expression"])).collect();
    assert!(licences.len() > 15);
    for licence in licences {
        assert!(is_licence(licence), "{licence}");
    }
    for it in list(&spdx(DEMO)["packages"]) {
        let licence = text(&it["licenseDeclared"]);
        assert!(licence == "NOASSERTION" || is_licence(licence), "{licence}");
    }
    assert!(!is_licence("MIT/Apache-2.0"));
    assert!(!is_licence("GPL-2.0-only WITH Linux"));
}

#[test]
fn every_crate_that_is_linked_is_in_both_with_its_hash_and_no_other() {
    let provenance = json(&path("PROVENANCE"));
    let mut linked = BTreeSet::new();
    for component in provenance["components"].as_object().unwrap().values() {
        for it in list(&component["linked"]["crates"]).filter(|it| it["purl"].is_string()) {
            linked.insert((text(&it["purl"]).to_owned(), text(&it["sha256"]).to_owned()));
        }
    }
    assert!(
        linked
            .iter()
            .any(|(purl, _)| purl == "pkg:cargo/time@0.1.45")
    );
    let is_crate = |purl: &Value| purl.as_str().is_some_and(|it| it.starts_with("pkg:cargo/"));

    let document = cyclonedx(DEMO);
    let listed: BTreeSet<_> = components(&document)
        .into_iter()
        .filter(|it| is_crate(&it["purl"]))
        .map(|it| {
            (
                text(&it["purl"]).to_owned(),
                text(&it["hashes"][0]["content"]).to_owned(),
            )
        })
        .collect();
    assert_eq!(listed, linked);

    let document = spdx(DEMO);
    let listed: BTreeSet<_> = list(&document["packages"])
        .filter(|it| it["primaryPackagePurpose"] == "LIBRARY")
        .filter(|it| is_crate(&it["externalRefs"][0]["referenceLocator"]))
        .map(|it| {
            let purl = text(&it["externalRefs"][0]["referenceLocator"]);
            let hash = text(&it["checksums"][0]["checksumValue"]);
            (purl.to_owned(), hash.to_owned())
        })
        .collect();
    assert_eq!(listed, linked);
}

#[test]
fn the_image_is_the_iso() {
    let iso = format!("{:x}", Sha256::digest(fs::read(path("ISO")).unwrap()));
    let image = &cyclonedx(DEMO)["metadata"]["component"];
    assert_eq!(image["hashes"][0]["content"], iso.as_str());
    assert_eq!(image["version"], path("IDENTITY").as_str());

    let document = spdx(DEMO);
    let described: Vec<&Value> = list(&document["relationships"])
        .filter(|it| it["relationshipType"] == "DESCRIBES")
        .map(|it| &it["relatedSpdxElement"])
        .collect();
    let image = list(&document["packages"]).find(|it| [&it["SPDXID"]] == *described);
    let image = image.unwrap();
    assert_eq!(image["checksums"][0]["checksumValue"], iso.as_str());
    assert_eq!(image["versionInfo"], path("IDENTITY").as_str());
}

#[test]
fn the_kernel_has_its_names_its_patches_and_its_driver() {
    let document = cyclonedx(DEMO);
    let components = components(&document);
    let kernel = components.iter().find(|it| it["name"] == "linux").unwrap();
    let version = text(&kernel["version"]);
    assert_eq!(kernel["purl"], format!("pkg:generic/linux@{version}"));
    assert_eq!(
        kernel["cpe"],
        format!("cpe:2.3:o:linux:linux_kernel:{version}:*:*:*:*:*:*:*")
    );
    let patches = &kernel["pedigree"]["patches"];
    let named = "0001-e1000-check-the-link-when-its-status-interrupt-comes.patch";
    assert!(list(patches).any(|it| text(&it["diff"]["url"]).ends_with(named)));
    assert!(list(&kernel["components"]).any(|it| it["type"] == "device-driver"));
    assert!(list(&kernel["components"]).any(|it| it["name"] == "/bzImage"));
    let hash = &kernel["pedigree"]["ancestors"][0]["hashes"][0]["content"];
    assert_eq!(text(hash).len(), 64);

    let patched = relationships(&spdx(DEMO), "PATCH_APPLIED");
    assert!(patched.iter().all(|(_, to)| to == "linux"));
    assert_eq!(patched.len(), list(patches).count());
}

#[test]
fn a_program_of_undeclared_sources_is_marked_as_such() {
    let document = cyclonedx(OTHER);
    let unknown: Vec<&str> = list(&document["compositions"])
        .filter(|it| it["aggregate"] == "unknown")
        .flat_map(|it| list(&it["dependencies"]))
        .map(text)
        .collect();
    assert_eq!(unknown, ["program-misbehave"]);
    let document = spdx(OTHER);
    let linked = relationships(&document, "STATIC_LINK");
    assert!(linked.contains(&(String::from("misbehave"), String::from("NOASSERTION"))));
    let program = list(&document["packages"]).find(|it| it["name"] == "misbehave");
    assert_eq!(program.unwrap()["licenseDeclared"], "NOASSERTION");

    // and no other is
    let document = cyclonedx(DEMO);
    assert!(list(&document["compositions"]).all(|it| it["aggregate"] == "complete"));
    let linked = relationships(&spdx(DEMO), "STATIC_LINK");
    assert!(linked.contains(&(String::from("hello"), String::from("simple-server"))));
    assert!(!linked.iter().any(|(_, to)| to == "NOASSERTION"));
}

#[test]
fn the_vex_is_about_components_of_the_bill() {
    let (vex, bill) = (vex(), cyclonedx(DEMO));
    let mut affected = 0;
    for it in list(&vex["vulnerabilities"]).flat_map(|it| list(&it["affects"])) {
        let reference = &it["ref"];
        let find = |document| {
            let found = components(document);
            let mut found = found.into_iter().filter(|it| it["bom-ref"] == *reference);
            found
                .next()
                .unwrap_or_else(|| panic!("{reference}"))
                .clone()
        };
        let (ours, theirs) = (find(&bill), find(&vex));
        for field in ["type", "name", "version", "purl"] {
            assert_eq!(ours[field], theirs[field], "{reference}");
        }
        affected += 1;
    }
    assert!(affected > 1);
}
