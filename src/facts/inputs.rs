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

impl InputSummary {
    pub(super) fn none_of(table: Table) -> Self {
        Self { table, rows: 0, newest_observed_at: None }
    }

    /// Adds what was read of another part.
    pub(super) fn add(&mut self, part: &Self) {
        self.rows += part.rows;
        self.newest_observed_at = self.newest_observed_at.max(part.newest_observed_at);
    }
}

/// How many rows a frame has, and the newest instant at which one of them was read.
pub(super) fn observed(frame: &DataFrame, table: Table) -> Result<InputSummary, FactsError> {
    let newest = Columns { frame, table }.integers("observed_at")?.max();
    Ok(InputSummary { table, rows: frame.height() as u64, newest_observed_at: newest.map(Timestamp) })
}
