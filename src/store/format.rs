//! `<data>/format.json`: the number of the format that a dataset is written in.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::StoreError;
use super::schema::FORMAT;
use super::small;

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// Where it stands.
pub(super) fn path(folder: &Path) -> PathBuf {
    folder.join("format.json")
}

/// The format of a dataset; none where it has no number. Refuses a newer one.
pub(super) fn check(folder: &Path) -> Result<Option<u32>, StoreError> {
    let path = path(folder);
    let Some(text) = small::text(&path)? else { return Ok(None) };
    let found: Format =
        serde_json::from_str(&text).map_err(|cause| StoreError::Damaged { path, cause: cause.to_string() })?;
    if found.format > FORMAT {
        return Err(StoreError::NewerFormat { path: folder.to_owned(), found: found.format, known: FORMAT });
    }
    Ok(Some(found.format))
}

/// Writes the number into a dataset that has none.
pub(super) fn mark(folder: &Path) -> Result<(), StoreError> {
    super::durable::replace_text(&path(folder), &format!("{{\"format\": {FORMAT}}}\n"))
}
