//! What a dataset holds, by table: rows, parts, bytes, and from when to when.

use std::fs::{self, File};
use std::path::Path;

use polars::prelude::*;

use super::error::StoreError;
use super::schema::instant;
use super::{format, lock, part};
use crate::domain::event::Table;
use crate::domain::time::Timestamp;

/// What one table holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableStats {
    /// The table.
    pub table: Table,
    /// Its rows.
    pub rows: usize,
    /// Its parts.
    pub parts: usize,
    /// The bytes of its parts.
    pub bytes: u64,
    /// The first month that has a part, and the last one.
    pub months: Option<(String, String)>,
    /// When its first event began, and its last.
    pub events: Option<(Timestamp, Timestamp)>,
    /// When the latest of its rows was observed.
    pub observed: Option<Timestamp>,
}

/// What every table holds, in the order of [`Table::ALL`].
///
/// # Errors
/// The format is newer than this program, or a part cannot be read.
pub fn stats(folder: &Path) -> Result<Vec<TableStats>, StoreError> {
    format::check(folder)?;
    let _reading = lock::read(folder)?;
    Table::ALL.into_iter().map(|table| of_table(folder, table)).collect()
}

fn of_table(folder: &Path, table: Table) -> Result<TableStats, StoreError> {
    let months = part::months(folder, table)?;
    let mut stats = TableStats {
        table,
        rows: 0,
        parts: months.len(),
        bytes: 0,
        months: months.first().cloned().zip(months.last().cloned()),
        events: None,
        observed: None,
    };
    for month in &months {
        let path = part::path(folder, table, month);
        stats.bytes += fs::metadata(&path).map_err(StoreError::io("read", &path))?.len();
        part::check(&path, table)?;
        let file = File::open(&path).map_err(StoreError::io("open", &path))?;
        let columns = [instant(table), "observed_at"].map(str::to_owned).to_vec();
        let broken = |cause: PolarsError| StoreError::Part { path: path.clone(), cause: cause.to_string() };
        let frame = ParquetReader::new(file).with_columns(Some(columns)).finish().map_err(broken)?;
        stats.rows += frame.height();
        let ends = |name: &str| -> PolarsResult<Option<(Timestamp, Timestamp)>> {
            let column = frame.column(name)?.cast(&DataType::Int64)?;
            let column = column.i64()?;
            Ok(column.min().zip(column.max()).map(|(from, to)| (Timestamp(from), Timestamp(to))))
        };
        if let Some((from, to)) = ends(instant(table)).map_err(broken)? {
            let (first, last) = stats.events.unwrap_or((from, to));
            stats.events = Some((first.min(from), last.max(to)));
        }
        stats.observed = stats.observed.max(ends("observed_at").map_err(broken)?.map(|(_, last)| last));
    }
    Ok(stats)
}
