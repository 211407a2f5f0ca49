//! Finds and rewrites parts that this version would write differently: of an older version, not sorted by key, or in
//! too many row groups.
//!
//! A part is rewritten with the same rows. Only footers and keys are read to find such parts, so checking a good
//! dataset is cheap.

use std::path::{Path, PathBuf};

use super::durable::{self, Staged};
use super::error::StoreError;
use super::footer;
use super::frame::StoredKeys;
use super::lock;
use super::part;
use super::rename::latest_by_key;
use super::writer::Writer;
use crate::domain::event::Table;

/// Why a part would be written otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// An earlier version wrote it, or another program.
    OldWriter,
    /// Its rows are not in order of key.
    OutOfOrder,
    /// It has more row groups than its rows need.
    SmallGroups,
}

/// A part that would be written otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outdated {
    /// The file, from the dataset's folder.
    pub place: PathBuf,
    /// Its rows.
    pub rows: usize,
    /// Its bytes.
    pub bytes: u64,
    /// Why.
    pub reasons: Vec<Reason>,
    table: Table,
    month: String,
}

/// The parts that would be written otherwise, in order of table and month.
///
/// # Errors
/// A part cannot be read.
pub fn outdated(folder: &Path) -> Result<Vec<Outdated>, StoreError> {
    let _reading = lock::read(folder)?;
    let mut found = Vec::new();
    for table in Table::ALL {
        for month in part::months(folder, table)? {
            let path = part::path(folder, table, &month);
            let shape = footer::shape(&path)?;
            let keys = part::read_keys(&path, table)?;
            let keys = StoredKeys::of(&keys, table).map_err(StoreError::reading(table))?;
            let is_sorted = (1..keys.len()).all(|row| keys.key(row - 1) <= keys.key(row));
            let reasons: Vec<Reason> = [
                (!shape.is_ours, Reason::OldWriter),
                (!is_sorted, Reason::OutOfOrder),
                (shape.groups.len() > footer::groups_for(shape.rows), Reason::SmallGroups),
            ]
            .into_iter()
            .filter_map(|(holds, reason)| holds.then_some(reason))
            .collect();
            if !reasons.is_empty() {
                let place = path.strip_prefix(folder).unwrap_or(&path).to_owned();
                found.push(Outdated { place, rows: shape.rows, bytes: shape.bytes, reasons, table, month });
            }
        }
    }
    Ok(found)
}

/// Rewrites such parts, all of them or none. Returns the bytes that they have now.
///
/// # Errors
/// A part cannot be read or written; then nothing has changed.
pub fn compact(writer: &Writer, parts: &[Outdated]) -> Result<u64, StoreError> {
    let folder = writer.folder();
    let mut staged: Vec<Staged> = Vec::new();
    for Outdated { table, month, .. } in parts {
        let path = part::path(folder, *table, month);
        let rows = part::read(&path, *table)?;
        let mut rows = latest_by_key(&rows, *table).map_err(StoreError::reading(*table))?;
        staged.push(part::stage(&path, &mut rows, *table)?);
    }
    let bytes = staged.iter().map(Staged::bytes).sum();
    let _readers_wait = lock::readers_wait(folder)?;
    durable::commit(folder, staged, &[])?;
    Ok(bytes)
}
