//! Whether documents conform to their formats, by what the formats' authors publish: JSON Schemas, which are in packages
//! of the crates' registry (Cargo.toml), and SPDX's grammar of licence expressions.

use std::path::Path;
use std::process::Command;

use boon::{Compiler, SchemaIndex};
use serde_json::{Value, json};

const CYCLONEDX: &str = "http://cyclonedx.org/schema/bom-1.6.schema.json";
const SPDX: &str = "http://spdx.org/rdf/terms/2.3";

pub struct Schemas {
    compiled: boon::Schemas,
    cyclonedx: SchemaIndex,
    spdx: SchemaIndex,
}

impl Schemas {
    /// Two schemas that CycloneDX's refers to are not in its package. One is the list of licences, which SPDX has; the
    /// other describes signatures, and since no document of ours is signed, a signature is refused.
    pub fn load() -> Result<Self, String> {
        let licences: Vec<&str> = spdx::identifiers::LICENSES
            .iter()
            .map(|licence| licence.name)
            .collect();
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        for (address, schema) in [
            (
                CYCLONEDX,
                packaged("serde-cyclonedx", "schemas/cyclonedx_1_6.json")?,
            ),
            (SPDX, packaged("serde-spdx", "schemas/spdx_2_3.json")?),
            (
                "http://cyclonedx.org/schema/spdx.schema.json",
                json!({ "enum": licences }),
            ),
            (
                "http://cyclonedx.org/schema/jsf-0.82.schema.json",
                json!({ "definitions": { "signature": false } }),
            ),
        ] {
            let added = compiler.add_resource(address, schema);
            added.map_err(|error| format!("{address}: {error}"))?;
        }
        let mut compiled = boon::Schemas::new();
        let mut compile = |address| {
            let schema = compiler.compile(address, &mut compiled);
            schema.map_err(|error| format!("{address}: {error}"))
        };
        Ok(Self {
            cyclonedx: compile(CYCLONEDX)?,
            spdx: compile(SPDX)?,
            compiled,
        })
    }

    pub fn cyclonedx(&self, document: &Value) -> Result<(), String> {
        self.validate(document, self.cyclonedx)
    }

    pub fn spdx(&self, document: &Value) -> Result<(), String> {
        self.validate(document, self.spdx)
    }

    fn validate(&self, document: &Value, schema: SchemaIndex) -> Result<(), String> {
        let validated = self.compiled.validate(document, schema);
        validated.map_err(|error| format!("{error:#}"))
    }
}

/// A file of a package that cargo has unpacked, as JSON.
fn packaged(package: &str, file: &str) -> Result<Value, String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| String::from("cargo"));
    let output = Command::new(&cargo)
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--manifest-path", "Cargo.toml"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // With a target, cargo 1.85 leaves out what isn't compiled for it.
        .env_remove("CARGO_BUILD_TARGET")
        .output()
        .map_err(|error| format!("run {cargo}: {error}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|_| {
        format!(
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    let manifest = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|it| it["name"] == package)
        .and_then(|it| it["manifest_path"].as_str())
        .ok_or_else(|| {
            format!("cargo metadata: {package} is not among the packages: is it in Cargo.toml?")
        })?;
    let path = Path::new(manifest).with_file_name(file);
    let failed = |error: String| format!("read the schema {}: {error}", path.display());
    let text = std::fs::read_to_string(&path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(error.to_string()))
}

/// Whether this is a licence expression in SPDX's grammar, such as `MIT OR Apache-2.0`.
pub fn is_licence(expression: &str) -> bool {
    spdx::Expression::parse(expression).is_ok()
}
