//! An audit's findings: what each range of an image is, and where it is from.

use std::collections::BTreeMap;

use provenance::closure::Closure;
use provenance::origin::Component;
use serde::Serialize;

#[derive(Serialize)]
pub struct Report<'a> {
    pub file: String,
    pub bytes: usize,
    pub sha256: String,
    /// Is this the very image that the facts are about, but for a layer of settings?
    pub identical: bool,
    pub layer: Option<LayerReport>,
    pub regions: Vec<Region>,
    pub archives: Vec<Archive>,
    pub components: &'a BTreeMap<String, Component>,
    pub closure: &'a Closure,
    /// Bytes that are explained, of `bytes` and of the archives' decoded bytes.
    pub accounted: usize,
    pub problems: Vec<String>,
}

/// Settings that were put over the image.
#[derive(Serialize)]
pub struct LayerReport {
    /// Of the settings' text, as `configure` shows it.
    pub sha256: String,
    pub settings: String,
    /// Of the image without them.
    pub base_sha256: String,
}

#[derive(Clone, Serialize)]
pub struct Region {
    pub offset: usize,
    pub bytes: usize,
    pub what: String,
    /// Of the facts' components; none where nothing explains the bytes.
    pub component: Option<String>,
    pub store_path: Option<String>,
    pub sha256: Option<String>,
    /// It is a file, not a structure.
    pub is_file: bool,
}

#[derive(Serialize)]
pub struct Archive {
    pub file: String,
    pub offset: usize,
    pub compressed: bool,
    pub bytes: usize,
    pub members: usize,
    pub regions: Vec<Region>,
}
