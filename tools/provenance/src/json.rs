//! Files of facts that builds wrote.

use std::path::Path;

use serde::de::DeserializeOwned;

/// What such a file holds.
///
/// # Errors
/// It can't be read, or holds something else.
pub fn read<T: DeserializeOwned>(path: impl AsRef<Path>) -> Result<T, String> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()))
}
