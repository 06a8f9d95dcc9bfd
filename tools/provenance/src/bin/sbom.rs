//! `sbom cyclonedx|spdx PROVENANCE DATE`: a bill of materials of the image that the provenance is of, as JSON.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use audit::image::{Image, What};
use audit::provenance::Provenance;
use audit::sbom::{cyclonedx, packages::packages, spdx};
use audit::{file, sha256};

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
                "{other:?} is no form: there are cyclonedx and spdx"
            ));
        }
    };
    let provenance: Provenance = file::json(provenance)?;
    let path = &provenance.image.path;
    let bytes = file::image(Path::new(path))?;
    if sha256(&bytes) != provenance.image.sha256 {
        return Err(format!("{path} is not the image that the provenance is of"));
    }
    let image = Image::read(&bytes).map_err(|error| format!("{path}: {error}"))?;
    let hashes: BTreeMap<String, String> = image
        .parts
        .iter()
        .filter_map(|part| match &part.what {
            What::File(file) => Some((file.clone(), sha256(&bytes[part.range.clone()]))),
            _ => None,
        })
        .collect();
    let document = write(&packages(&provenance, &hashes)?, date);
    serde_json::to_string_pretty(&document).map_err(|error| error.to_string())
}
