//! Both forms of a small image: a kernel with a patch, a program of known sources, one of unknown ones.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::packages::{Kind, Packages, packages};
use super::{cyclonedx, spdx, uuid};
use crate::origin::Provenance;

const DATE: &str = "1980-01-01T00:00:00Z";

fn provenance() -> Value {
    let file = |path: &str, component: &str| {
        let sha256 = "0".repeat(64);
        json!({ "path": path, "component": component, "bytes": 1, "sha256": sha256 })
    };
    let component = |kind: &str, name: &str, more: Value| {
        let mut component = json!({
            "name": name, "kind": kind, "sources": [], "patches": [], "contains": [],
        });
        let fields = component.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        component
    };
    let bits = json!({ "name": "bits", "version": "1.0.0", "licence": "MIT", "sha256": "b1",
        "purl": "pkg:cargo/bits@1.0.0", "features": [], "dependencies": [] });
    let own = json!({ "name": "own", "version": "0.1.0", "features": [],
        "dependencies": ["bits 1.0.0"] });
    json!({
        "identity": "07d7",
        "image": file("/nix/store/00000000000000000000000000000000-x/x.iso", "image"),
        "files": { "/bzImage": file("/nix/store/k/bzImage", "kernel") },
        "members": {
            "lib/e1000.ko": file("/lib/e1000.ko", "kernel"),
            "init": file("/init", "init"),
            "web": file("/web", "program-web"),
        },
        "components": {
            "image": component("structure", "the ISO's own structures", json!({})),
            "layer": component("structure", "layer of settings", json!({})),
            "kernel": component("kernel", "linux", json!({
                "version": "6.12.1", "purl": "pkg:generic/linux@6.12.1",
                "licence": "GPL-2.0-only WITH Linux-syscall-note",
                "sources": [
                    { "name": "linux.deb", "purl": "pkg:deb/debian/linux@6.12.1?arch=all",
                      "hash": format!("sha256:{}", "a".repeat(64)), "places": ["pool/linux.deb"] },
                    { "name": "tree", "isTree": true, "hash": format!("sha256:{}", "a".repeat(64)),
                      "places": ["https://example.org/tree"] },
                ],
                "patches": [{ "path": "/nix/store/00000000000000000000000000000000-link.patch", "sha256": "fa" }],
                "configuration": { "path": "/nix/store/c", "sha256": "fc" },
            })),
            "init": component("program", "init", json!({
                "version": "0.1.0", "licence": "MIT", "contains": ["std"],
                "linked": { "compiler": "rustc", "target": "t", "identical": true,
                    "crates": [own, bits], "objects": { "libc.a": ["printf.o", "exit.o"] } },
            })),
            "program-web": component("program", "web", json!({})),
            "std": component("library", "std", json!({
                "version": "1.85.1", "purl": "pkg:generic/std@1.85.1", "contains": ["libc"],
                // also linked into a program by itself
                "sources": [{ "name": "bits.crate", "purl": "pkg:cargo/bits@1.0.0" }],
            })),
            "libc": component("library", "musl", json!({})),
            "elsewhere": component("library", "linked into nothing", json!({})),
        },
    })
}

fn all(provenance: Value) -> Packages {
    let provenance: Provenance = serde_json::from_value(provenance).unwrap();
    let hashes = BTreeMap::from([(String::from("/bzImage"), String::from("in the ISO"))]);
    packages(&provenance, &hashes).unwrap()
}

#[test]
fn the_packages_are_those_that_are_in_the_image() {
    let packages = all(provenance());
    let references = |kind| -> Vec<&str> {
        let those = packages.iter().filter(|(_, it)| it.kind == kind);
        those.map(|(reference, _)| reference.as_str()).collect()
    };
    assert_eq!(references(Kind::Image), ["image"]);
    assert_eq!(references(Kind::Kernel), ["pkg:generic/linux@6.12.1"]);
    assert_eq!(references(Kind::Program), ["init", "program-web"]);
    assert_eq!(
        references(Kind::Library),
        ["libc", "pkg:cargo/bits@1.0.0", "pkg:generic/std@1.85.1"]
    );
    assert_eq!(references(Kind::Driver), ["initramfs:/lib/e1000.ko"]);
    let image = &packages["image"];
    assert_eq!(image.name, "x.iso");
    assert_eq!(image.version.as_deref(), Some("07d7"));
    assert_eq!(
        Vec::from_iter(&image.contains),
        ["init", "pkg:generic/linux@6.12.1", "program-web"]
    );
}

#[test]
fn a_file_of_the_iso_has_the_hash_that_it_has_there() {
    let packages = all(provenance());
    let hash = packages["iso:/bzImage"].sha256.as_deref();
    assert_eq!(hash, Some("in the ISO"));
}

#[test]
fn a_hash_of_a_tree_is_not_told_as_one_of_a_file() {
    let packages = all(provenance());
    assert_eq!(packages["tree"].sha256, None);
    let file = &packages["pkg:deb/debian/linux@6.12.1?arch=all"];
    assert_eq!(file.sha256, Some("a".repeat(64)));
}

#[test]
fn a_file_that_is_not_in_the_iso_is_an_error() {
    let provenance: Provenance = serde_json::from_value(provenance()).unwrap();
    let error = packages(&provenance, &BTreeMap::new()).unwrap_err();
    assert_eq!(error, "/bzImage is not in the ISO");
}

#[test]
fn a_program_is_complete_if_its_records_are_of_the_very_build() {
    let complete = |provenance| all(provenance)["init"].is_complete;
    assert_eq!(complete(provenance()), Some(true));
    let mut other = provenance();
    other["components"]["init"]["linked"]["identical"] = json!(false);
    assert_eq!(complete(other), Some(false));
    assert_eq!(all(provenance())["program-web"].is_complete, Some(false));
}

#[test]
fn cyclonedx_has_files_inside_and_sources_as_ancestors() {
    let document = cyclonedx::write(&all(provenance()), DATE);
    let components = document["components"].as_array().unwrap();
    let find = |name: &str| components.iter().find(|it| it["name"] == name).unwrap();
    let kernel = find("linux");
    let ancestors = kernel["pedigree"]["ancestors"].as_array().unwrap();
    assert_eq!(ancestors[0]["purl"], "pkg:deb/debian/linux@6.12.1?arch=all");
    assert_eq!(kernel["pedigree"]["notes"], "link.patch has the SHA-256 fa");
    assert_eq!(kernel["externalReferences"][0]["type"], "configuration");
    assert_eq!(kernel["components"].as_array().unwrap().len(), 2);
    assert_eq!(
        find("init")["properties"][0]["value"],
        "libc.a: printf.o exit.o"
    );
    assert!(
        document["metadata"]["component"]
            .get("components")
            .is_none()
    );
    assert_eq!(document["metadata"]["timestamp"], DATE);
}

#[test]
fn spdx_relates_patches_and_sources_to_what_is_made_of_them() {
    let document = spdx::write(&all(provenance()), DATE);
    let packages = document["packages"].as_array().unwrap();
    let identifier = |name: &str| {
        let package = packages.iter().find(|it| it["name"] == name).unwrap();
        package["SPDXID"].clone()
    };
    let is_related = |from: &Value, kind: &str, to: &Value| {
        let relationships = document["relationships"].as_array().unwrap();
        relationships.iter().any(|it| {
            it["spdxElementId"] == *from
                && it["relationshipType"] == kind
                && it["relatedSpdxElement"] == *to
        })
    };
    let kernel = identifier("linux");
    assert!(is_related(
        &identifier("link.patch"),
        "PATCH_APPLIED",
        &kernel
    ));
    assert!(is_related(&kernel, "GENERATED_FROM", &identifier("tree")));
    assert!(is_related(&kernel, "CONTAINS", &identifier("/bzImage")));
    let init = identifier("init");
    assert!(is_related(&init, "STATIC_LINK", &identifier("bits")));
    let unknown = json!("NOASSERTION");
    assert!(is_related(&identifier("web"), "STATIC_LINK", &unknown));
    assert!(!is_related(&init, "STATIC_LINK", &unknown));
    let tree = packages.iter().find(|it| it["name"] == "tree").unwrap();
    assert_eq!(tree["downloadLocation"], "https://example.org/tree");
}

#[test]
fn the_same_image_gives_the_same_bytes_and_another_has_another_number() {
    let mut other = provenance();
    other["identity"] = json!("07d8");
    let number = |provenance| {
        let document = cyclonedx::write(&all(provenance), DATE);
        let again = document["serialNumber"].as_str().unwrap().to_owned();
        (again, document.to_string())
    };
    assert_eq!(number(provenance()), number(provenance()));
    assert_ne!(number(provenance()).0, number(other).0);
}

#[test]
fn a_number_is_a_uuid_of_version_8() {
    let uuid = uuid::of("x");
    let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
    assert_eq!(lengths, [8, 4, 4, 4, 12]);
    assert_eq!(&uuid[14..15], "8");
    assert_eq!(&uuid[19..20], "8");
}
