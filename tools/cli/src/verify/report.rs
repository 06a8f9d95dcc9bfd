//! What a comparison comes to, as text and for programs.

use formats::settings_layer::SettingsLayer;
use formats::sha256;
use serde::Serialize;

use crate::table::table;
use crate::verify::difference::Difference;

#[derive(Serialize)]
pub struct Report {
    pub file: String,
    pub sha256: String,
    /// Of the image that it should be.
    pub reference_sha256: String,
    /// Is it that very image, but for a layer of settings?
    pub identical: bool,
    pub layer: Option<LayerReport>,
    /// None only where it is identical.
    pub differences: Vec<Difference>,
}

/// Settings that were put over the image that it should be.
#[derive(Serialize)]
pub struct LayerReport {
    /// Of the settings' text, as `configure` shows it.
    pub sha256: String,
    pub settings: String,
}

impl LayerReport {
    pub fn new(layer: &SettingsLayer) -> Self {
        LayerReport {
            sha256: sha256::hex(layer.text.as_bytes()),
            settings: layer.text.clone(),
        }
    }
}

pub fn text(report: &Report) -> String {
    let (file, reference) = (&report.file, &report.reference_sha256);
    match (&report.layer, report.identical) {
        (None, true) => format!(
            "{file} is the image that this checkout describes, bit for bit.\nSHA-256 {reference}\n"
        ),
        (Some(layer), true) => {
            let mut text = format!(
                "{file} is the image that this checkout describes, bit for bit, with settings put over it.\n\
                 SHA-256 {reference} of the image\n\
                 SHA-256 {} of the settings, which are no part of it:\n",
                layer.sha256
            );
            for line in layer.settings.lines() {
                text += &format!("  {line:?}\n");
            }
            text
        }
        (_, false) => format!(
            "{file} is not the image that this checkout describes.\nSHA-256 {} instead of {reference}\n\n{}",
            report.sha256,
            rows(&report.differences)
        ),
    }
}

fn rows(differences: &[Difference]) -> String {
    let rows: Vec<Vec<String>> = differences
        .iter()
        .map(|it| {
            let offset = format!("{:#09x}", it.offset);
            vec![offset, it.part.clone(), it.explanation.clone()]
        })
        .collect();
    table(&rows, &[])
}
