//! Reading a dataset: its coverage, and each table part by part.
//!
//! A folder that does not exist, or holds no table, is an empty dataset.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;

use super::coverage;
use super::durable;
use super::error::StoreError;
use super::format;
use super::lock;
use super::part;
use super::reading::Part;
use super::schema::schema;
use super::writer::Writer;
use crate::domain::coverage::Coverage;
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::domain::time::Zone;

/// A dataset, opened for reading.
#[derive(Debug, Clone)]
pub struct Dataset {
    folder: PathBuf,
    coverage: Vec<Coverage>,
    reading: Option<Arc<lock::HeldLock>>,
}

impl Dataset {
    /// Whether a folder is a dataset: it has the format's number, or at least one part.
    pub fn is_there(folder: &Path) -> bool {
        let has_part = |table| part::months(folder, table).is_ok_and(|months| !months.is_empty());
        format::path(folder).is_file() || Table::ALL.into_iter().any(has_part)
    }

    /// Opens a folder. As long as the dataset is held, its files stay as they are. What a killed writer left undone is
    /// finished first.
    ///
    /// # Errors
    /// Its format is newer than this program, or its small files cannot be read.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        format::check(folder)?;
        let mut reading = lock::read(folder)?;
        if durable::is_pending(folder) {
            drop(reading.take());
            // This function has no clock, so no row counts as future.
            let never = Timestamp(i64::MAX);
            Writer::lock(folder, "a reader that finishes what a killed writer began", never)?;
            reading = lock::read(folder)?;
        }
        Ok(Self { folder: folder.to_owned(), coverage: coverage::read(folder)?, reading: reading.map(Arc::new) })
    }

    /// Whether its files stay as they are as long as it is held; a copy that was never written to has no lock.
    pub fn keeps_writers_out(&self) -> bool {
        self.reading.is_some()
    }

    /// Where it lies.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was read completely; sorted.
    pub fn coverage(&self) -> &[Coverage] {
        &self.coverage
    }

    /// The time zones whose midnights bound what was imported; sorted by name. A dataset written before they were kept
    /// has none.
    ///
    /// # Errors
    /// The coverage cannot be read.
    pub fn import_zones(&self) -> Result<Vec<Zone>, StoreError> {
        let names: BTreeSet<String> = coverage::zones(&self.folder)?.into_values().collect();
        Ok(names.iter().filter_map(|name| Zone::parse(name).ok()).collect())
    }

    /// The parts of a table, oldest first, to be read one after the other; in the same order each time.
    ///
    /// # Errors
    /// A part is cut off, damaged or has other columns; the error names it.
    pub fn parts(&self, table: Table) -> Result<Vec<Part>, StoreError> {
        let months = part::months(&self.folder, table)?;
        let part = |month: &String| {
            let path = part::path(&self.folder, table, month);
            part::check(&path, table).map(|()| Part::of(path, table))
        };
        months.iter().map(part).collect()
    }

    /// What a query gives of each piece of a table, one below the other, in no particular order of rows. Only the
    /// columns that the query needs are decoded.
    ///
    /// # Errors
    /// As for [`Dataset::parts`], or a part cannot be read.
    pub fn read(&self, table: Table, query: &dyn Fn(LazyFrame) -> LazyFrame) -> Result<DataFrame, StoreError> {
        let none = DataFrame::empty_with_schema(&schema(table)).lazy();
        let mut all = query(none).collect().map_err(StoreError::reading(table))?;
        for part in self.parts(table)? {
            for piece in part.checked()?.pieces() {
                all.vstack_mut(&piece.collect(query)?).map_err(StoreError::reading(table))?;
            }
        }
        Ok(all)
    }
}
