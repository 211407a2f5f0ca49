//! Reading a dataset: its coverage, and each table as a lazy frame.
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
    _reading: Option<Arc<lock::Held>>,
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
        Ok(Self { folder: folder.to_owned(), coverage: coverage::read(folder)?, _reading: reading.map(Arc::new) })
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

    /// One table with the columns of [`schema`], in no particular order of rows.
    ///
    /// # Errors
    /// A part is cut off, damaged or has other columns; the error names it.
    pub fn scan(&self, table: Table) -> Result<LazyFrame, StoreError> {
        let paths = self.checked_parts(table)?;
        if paths.is_empty() {
            return Ok(DataFrame::empty_with_schema(&schema(table)).lazy());
        }
        scan_files(table, &paths)
    }

    /// The same, a frame for each part, for those who read one after the other; in the same order each time.
    ///
    /// # Errors
    /// As for [`Dataset::scan`].
    pub fn scan_parts(&self, table: Table) -> Result<Vec<LazyFrame>, StoreError> {
        self.checked_parts(table)?.iter().map(|path| scan_files(table, std::slice::from_ref(path))).collect()
    }

    fn checked_parts(&self, table: Table) -> Result<Vec<PathBuf>, StoreError> {
        let months = part::months(&self.folder, table)?;
        let path = |month: &String| {
            let path = part::path(&self.folder, table, month);
            part::check(&path, table).map(|()| path)
        };
        months.iter().map(path).collect()
    }
}

fn scan_files(table: Table, paths: &[PathBuf]) -> Result<LazyFrame, StoreError> {
    let args = ScanArgsParquet {
        schema: Some(schema(table).into()),
        // A folder named with `*` or `[` is a folder.
        glob: false,
        hive_options: HiveOptions { enabled: Some(false), ..HiveOptions::default() },
        ..ScanArgsParquet::default()
    };
    let paths = paths.iter().map(|path| PlRefPath::try_from_path(path)).collect::<PolarsResult<Vec<_>>>();
    paths
        .and_then(|paths| LazyFrame::scan_parquet_files(paths.into(), args))
        .map_err(|cause| StoreError::Frame { table: table.folder(), cause })
}
