//! The dataset's tables as the metrics take them: read and joined in Polars, then plain arrays.
//!
//! Deployments and incidents come whole, since the report lists them. Commits stay columns: of each only what the
//! walk needs is read.

use polars::prelude::*;

use super::changes::Changes;
use super::error::FactsError;
use crate::domain::event::{Deployment, Incident, Table};
use crate::domain::time::Timestamp;
use crate::store::Dataset;
use crate::store::columns::Columns;
use crate::store::rows;

/// Everything the metrics read.
#[derive(Debug)]
pub struct Events {
    /// Sorted by source and id.
    pub deployments: Vec<Deployment>,
    /// Sorted by source and id.
    pub incidents: Vec<Incident>,
    /// Commits and pull requests.
    pub changes: Changes,
    /// Which pull requests people say are rework, as [`said`](super::said::said) finds them.
    pub said: Vec<bool>,
    /// What was read, in numbers.
    pub inputs: Vec<InputSummary>,
}

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

impl Events {
    /// Reads a dataset.
    ///
    /// # Errors
    /// A part of the dataset cannot be read.
    pub fn read(dataset: &Dataset) -> Result<Self, FactsError> {
        let mut inputs = Vec::new();
        for table in Table::ALL {
            inputs.push(summarise(dataset, table)?);
        }
        Ok(Self {
            deployments: rows::deployments(&sorted(dataset, Table::Deployments)?)?,
            incidents: rows::incidents(&sorted(dataset, Table::Incidents)?)?,
            changes: Changes::read(dataset)?,
            said: Vec::new(),
            inputs,
        })
    }
}

fn summarise(dataset: &Dataset, table: Table) -> Result<InputSummary, FactsError> {
    let frame = dataset
        .scan(table)?
        .select([len().cast(DataType::Int64).alias("rows"), col("observed_at").max().cast(DataType::Int64)])
        .collect()
        .map_err(FactsError::reading(table))?;
    let columns = Columns { frame: &frame, table };
    Ok(InputSummary {
        table,
        rows: columns.integers("rows")?.get(0).and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0),
        newest_observed_at: columns.integers("observed_at")?.get(0).map(Timestamp),
    })
}

/// A whole table in order of its key: order after a scan is nobody's promise.
fn sorted(dataset: &Dataset, table: Table) -> Result<DataFrame, FactsError> {
    dataset
        .scan(table)?
        .sort(["source", "id"], SortMultipleOptions::default())
        .collect()
        .map_err(FactsError::reading(table))
}
