//! The packages as CycloneDX writes them, JSON 1.6.

use serde_json::{Map, Value, json};

use crate::sbom::packages::{IMAGE, Kind, Package, Packages};
use crate::sbom::uuid;

pub fn write(packages: &Packages, date: &str) -> Value {
    let is_source = |it: &Package| it.kind == Kind::Source;
    // a package's files are inside it
    let is_inside = |reference: &str| {
        let mut others = packages.iter().filter(|(other, _)| *other != IMAGE);
        others.any(|(_, it)| it.contains.contains(reference))
    };
    let listed = || packages.iter().filter(|(_, it)| !is_source(it));
    let components: Vec<Value> = listed()
        .filter(|(reference, _)| *reference != IMAGE && !is_inside(reference))
        .map(|(reference, it)| component(reference, it, packages))
        .collect();
    let mut image = component(IMAGE, &packages[IMAGE], packages);
    // its parts are the document's components
    image.as_object_mut().map(|it| it.remove("components"));
    let dependencies: Vec<Value> = listed()
        .map(|(reference, it)| {
            let on: Vec<&String> = it.contains.iter().chain(&it.uses).collect();
            json!({ "ref": reference, "dependsOn": on })
        })
        .collect();
    let with = |complete| -> Vec<&String> {
        let those = listed().filter(|(_, it)| it.is_complete == Some(complete));
        those.map(|(reference, _)| reference).collect()
    };
    let mut compositions = vec![json!({ "aggregate": "complete", "dependencies": with(true) })];
    if !with(false).is_empty() {
        compositions.push(json!({ "aggregate": "unknown", "dependencies": with(false) }));
    }
    let mut document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": date,
            "tools": { "components": [{
                "type": "application",
                "name": "scratchmachine sbom",
                "version": env!("CARGO_PKG_VERSION"),
            }] },
            "component": image,
        },
        "components": components,
        "dependencies": dependencies,
        "compositions": compositions,
    });
    document["serialNumber"] = json!(format!("urn:uuid:{}", uuid::of(&document.to_string())));
    document
}

fn component(reference: &str, it: &Package, packages: &Packages) -> Value {
    let mut component = described(it);
    component.insert("bom-ref".to_owned(), json!(reference));
    let mut put = |key: &str, value| component.insert(key.to_owned(), value);
    if let Some(pedigree) = pedigree(it, packages) {
        put("pedigree", pedigree);
    }
    if let Some(configuration) = &it.configuration {
        put(
            "externalReferences",
            json!([{
                "type": "configuration",
                "url": configuration,
                "hashes": hashes(&packages[configuration]),
            }]),
        );
    }
    if !it.contains.is_empty() {
        let files = it.contains.iter();
        let files: Vec<_> = files
            .map(|reference| component_of(reference, packages))
            .collect();
        put("components", json!(files));
    }
    if !it.objects.is_empty() {
        let objects: Vec<_> = it
            .objects()
            .map(|line| json!({ "name": "scratchmachine:objects", "value": line }))
            .collect();
        put("properties", json!(objects));
    }
    Value::Object(component)
}

fn component_of(reference: &str, packages: &Packages) -> Value {
    component(reference, &packages[reference], packages)
}

/// What a package is by itself.
fn described(it: &Package) -> Map<String, Value> {
    let kind = match it.kind {
        Kind::Image | Kind::Kernel => "operating-system",
        Kind::Driver => "device-driver",
        Kind::Program => "application",
        Kind::Library => "library",
        Kind::Settings => "data",
        Kind::File | Kind::Source => "file",
    };
    let mut component = Map::new();
    let mut put = |key: &str, value| component.insert(key.to_owned(), value);
    put("type", json!(kind));
    put("name", json!(it.name));
    for (key, value) in [
        ("version", &it.version),
        ("description", &it.about),
        ("purl", &it.purl),
        ("cpe", &it.cpe),
    ] {
        if let Some(value) = value {
            put(key, json!(value));
        }
    }
    if let Some(licence) = &it.licence {
        put("licenses", json!([{ "expression": licence }]));
    }
    if it.sha256.is_some() {
        put("hashes", hashes(it));
    }
    if !it.places.is_empty() {
        let places: Vec<_> = it
            .places
            .iter()
            .map(|place| json!({ "type": "distribution", "url": place }))
            .collect();
        put("externalReferences", json!(places));
    }
    component
}

fn hashes(it: &Package) -> Value {
    let hash = it.sha256.iter();
    let hashes: Vec<_> = hash
        .map(|hash| json!({ "alg": "SHA-256", "content": hash }))
        .collect();
    json!(hashes)
}

/// What it was made from.
fn pedigree(it: &Package, packages: &Packages) -> Option<Value> {
    if it.sources.is_empty() && it.patches.is_empty() {
        return None;
    }
    let ancestors = it.sources.iter();
    let ancestors: Vec<_> = ancestors
        .map(|source| described(&packages[source]))
        .collect();
    let mut pedigree = json!({ "ancestors": ancestors });
    if !it.patches.is_empty() {
        let patches: Vec<_> = it
            .patches
            .iter()
            .map(|patch| json!({ "type": "unofficial", "diff": { "url": patch } }))
            .collect();
        // a patch has no place for a hash
        let notes: Vec<String> = it
            .patches
            .iter()
            .map(|patch| {
                let patch = &packages[patch];
                let hash = patch.sha256.as_deref().unwrap_or_default();
                format!("{} has the SHA-256 {hash}", patch.name)
            })
            .collect();
        pedigree["patches"] = json!(patches);
        pedigree["notes"] = json!(notes.join("\n"));
    }
    Some(pedigree)
}
