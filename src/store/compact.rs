//! Finds and rewrites parts that this version would write differently: of an older version, not sorted by key, or in
//! too many row groups.
//!
//! A part is rewritten with the same rows, except that of rows with one key only the latest observation is kept. Only
//! footers and keys are read to find such parts, so checking a good dataset is cheap.

use std::collections::BTreeSet;
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
    /// How many of them have the key of another row; the rewritten part does not have them.
    pub repeated: usize,
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
            // It refuses what is no file first: to open a pipe would wait for its writer.
            let keys = part::read_keys(&path, table)?;
            let shape = footer::shape(&path)?;
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
                let distinct: BTreeSet<_> = (0..keys.len()).map(|row| keys.key(row)).collect();
                let repeated = keys.len() - distinct.len();
                let place = path.strip_prefix(folder).unwrap_or(&path).to_owned();
                found.push(Outdated { place, rows: shape.rows, repeated, bytes: shape.bytes, reasons, table, month });
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

#[cfg(test)]
mod tests {
    use std::fs::File;

    use polars::prelude::ParquetWriter;

    use super::*;
    use crate::domain::event::{Commit, Rows};
    use crate::domain::time::Timestamp;
    use crate::store::check::verify;

    #[test]
    fn rows_with_the_key_of_another_row_are_counted_before_the_latest_observation_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut writer = Writer::lock(folder.path(), "test", Timestamp(i64::MAX)).expect("the lock");
        let commit = |sha: &str| Commit { repo: "acme/web".into(), sha: sha.into(), ..Commit::default() };
        writer.write(vec![Rows::Commits(vec![commit("a"), commit("b")])], &[]).expect("written");
        let path = part::path(folder.path(), Table::Commits, "1970-01");
        let rows = part::read(&path, Table::Commits).expect("rows");
        let mut twice = rows.vstack(&rows).expect("rows");
        ParquetWriter::new(File::create(&path).expect("a file")).finish(&mut twice).expect("written");

        let parts = outdated(folder.path()).expect("readable");
        assert_eq!(parts.iter().map(|part| (part.rows, part.repeated)).collect::<Vec<_>>(), [(4, 2)]);
        compact(&writer, &parts).expect("compacted");
        assert_eq!(part::read(&path, Table::Commits).expect("rows").height(), 2);
        assert_eq!(verify(folder.path()).expect("readable"), []);
    }
}
