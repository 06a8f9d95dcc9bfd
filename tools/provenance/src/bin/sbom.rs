//! `sbom cyclonedx|spdx PROVENANCE DATE`: a bill of materials of the image that the provenance is of, as JSON.

use std::collections::BTreeMap;
use std::fs;
use std::process::ExitCode;

use formats::image::{Image, PartKind};
use formats::sha256;
use provenance::json;
use provenance::origin::Provenance;
use provenance::sbom::{cyclonedx, packages::packages, spdx};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(document) => {
            println!("{document}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("sbom: {why}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, String> {
    let [form, provenance, date] = arguments else {
        return Err(String::from(
            "usage: sbom cyclonedx|spdx PROVENANCE.json DATE",
        ));
    };
    let write = match form.as_str() {
        "cyclonedx" => cyclonedx::write,
        "spdx" => spdx::write,
        other => {
            return Err(format!(
                "unknown form {other:?}: there are cyclonedx and spdx"
            ));
        }
    };
    let provenance: Provenance = json::read(provenance)?;
    let path = &provenance.image.path;
    let bytes = fs::read(path).map_err(|error| format!("{path}: {error}"))?;
    if sha256::hex(&bytes) != provenance.image.sha256 {
        return Err(format!("{path} is not the image that the provenance is of"));
    }
    let image = Image::parse(&bytes).map_err(|error| format!("{path}: {error}"))?;
    let hashes: BTreeMap<String, String> = image
        .parts
        .iter()
        .filter_map(|part| match &part.kind {
            PartKind::File(name) => Some((name.clone(), part)),
            // what is in no directory of the ISO
            PartKind::Hybrid(kind) => Some((kind.to_string(), part)),
            _ => None,
        })
        .map(|(name, part)| (name, sha256::hex(&bytes[part.range.clone()])))
        .collect();
    let document = write(&packages(&provenance, &hashes)?, date);
    serde_json::to_string_pretty(&document).map_err(|error| error.to_string())
}
