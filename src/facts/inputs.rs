//! What was read of the dataset, in numbers.

use polars::prelude::*;

use super::error::FactsError;
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::store::columns::Columns;

/// One table of the dataset in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSummary {
    /// The table.
    pub table: Table,
    /// Its rows.
    pub rows: u64,
    /// The newest instant at which one of them was read.
    pub newest_observed_at: Option<Timestamp>,
}

/// How many rows a frame has, and the newest instant at which one of them was read.
pub(super) fn observed(frame: &DataFrame, table: Table) -> Result<InputSummary, FactsError> {
    let newest = Columns { frame, table }.integers("observed_at")?.max();
    Ok(InputSummary { table, rows: frame.height() as u64, newest_observed_at: newest.map(Timestamp) })
}
