//! The dataset's tables as the metrics take them: read and joined in Polars, then plain arrays.
//!
//! Deployments and incidents come whole, since the report lists them. Commits stay columns: of each only what the
//! walk needs is read.

use polars::prelude::*;

use super::changes::Changes;
use super::columns::Columns;
use super::error::MetricsError;
use super::tables::InputSummary;
use crate::domain::event::{Deployment, Incident, Table};
use crate::domain::time::Timestamp;
use crate::store::Dataset;

/// Everything the metrics read.
#[derive(Debug)]
pub struct Events {
    /// Sorted by source and id.
    pub deployments: Vec<Deployment>,
    /// Sorted by source and id.
    pub incidents: Vec<Incident>,
    /// Commits and pull requests.
    pub changes: Changes,
    /// What was read, in numbers.
    pub inputs: Vec<InputSummary>,
}

impl Events {
    /// Reads a dataset.
    ///
    /// # Errors
    /// A part of the dataset cannot be read.
    pub fn read(dataset: &Dataset) -> Result<Self, MetricsError> {
        let mut inputs = Vec::new();
        for table in Table::ALL {
            inputs.push(summarise(dataset, table)?);
        }
        Ok(Self {
            deployments: deployments(&sorted(dataset, Table::Deployments)?)?,
            incidents: incidents(&sorted(dataset, Table::Incidents)?)?,
            changes: Changes::read(dataset)?,
            inputs,
        })
    }
}

fn summarise(dataset: &Dataset, table: Table) -> Result<InputSummary, MetricsError> {
    let frame = dataset
        .scan(table)?
        .select([len().cast(DataType::Int64).alias("rows"), col("observed_at").max().cast(DataType::Int64)])
        .collect()
        .map_err(MetricsError::reading(table))?;
    let columns = Columns { frame: &frame, table };
    Ok(InputSummary {
        table,
        rows: columns.integers("rows")?.get(0).and_then(|rows| u64::try_from(rows).ok()).unwrap_or(0),
        newest_observed_at: columns.integers("observed_at")?.get(0).map(Timestamp),
    })
}

/// A whole table in order of its key: order after a scan is nobody's promise.
fn sorted(dataset: &Dataset, table: Table) -> Result<DataFrame, MetricsError> {
    dataset
        .scan(table)?
        .sort(["source", "id"], SortMultipleOptions::default())
        .collect()
        .map_err(MetricsError::reading(table))
}

fn owned(texts: &StringChunked, row: usize) -> Option<String> {
    texts.get(row).map(str::to_owned)
}

fn deployments(frame: &DataFrame) -> Result<Vec<Deployment>, MetricsError> {
    let columns = Columns { frame, table: Table::Deployments };
    let (source, id, repo) = (columns.texts("source")?, columns.texts("id")?, columns.texts("repo")?);
    let (environment, sha, name) = (columns.texts("environment")?, columns.texts("sha")?, columns.texts("ref")?);
    let (status, task, creator) = (columns.texts("status")?, columns.texts("task")?, columns.texts("creator")?);
    let (url, created, finished) =
        (columns.texts("url")?, columns.integers("created_at")?, columns.integers("finished_at")?);
    let observed = columns.integers("observed_at")?;
    Ok((0..frame.height())
        .map(|row| Deployment {
            source: owned(&source, row).unwrap_or_default(),
            id: owned(&id, row).unwrap_or_default(),
            repo: owned(&repo, row).unwrap_or_default(),
            environment: owned(&environment, row),
            sha: owned(&sha, row),
            r#ref: owned(&name, row),
            status: owned(&status, row).unwrap_or_default(),
            created_at: Timestamp(created.get(row).unwrap_or_default()),
            finished_at: finished.get(row).map(Timestamp),
            task: owned(&task, row),
            creator: owned(&creator, row),
            url: owned(&url, row),
            observed_at: Timestamp(observed.get(row).unwrap_or_default()),
        })
        .collect())
}

fn incidents(frame: &DataFrame) -> Result<Vec<Incident>, MetricsError> {
    let columns = Columns { frame, table: Table::Incidents };
    let (source, id, title) = (columns.texts("source")?, columns.texts("id")?, columns.texts("title")?);
    let (priority, urgency, status) = (columns.texts("priority")?, columns.texts("urgency")?, columns.texts("status")?);
    let (reference, url) = (columns.texts("deployment_ref")?, columns.texts("url")?);
    let (opened, acknowledged) = (columns.integers("opened_at")?, columns.integers("acknowledged_at")?);
    let (resolved, observed) = (columns.integers("resolved_at")?, columns.integers("observed_at")?);
    let caused = columns.flags("caused_by_deploy")?;
    let keys = columns.lists("service_keys")?;
    let tags = columns.lists("tags")?;
    Ok(keys
        .into_iter()
        .zip(tags)
        .enumerate()
        .map(|(row, (keys, tags))| Incident {
            source: owned(&source, row).unwrap_or_default(),
            id: owned(&id, row).unwrap_or_default(),
            title: owned(&title, row),
            service_keys: keys.unwrap_or_default(),
            priority: owned(&priority, row),
            urgency: owned(&urgency, row),
            status: owned(&status, row),
            opened_at: Timestamp(opened.get(row).unwrap_or_default()),
            acknowledged_at: acknowledged.get(row).map(Timestamp),
            resolved_at: resolved.get(row).map(Timestamp),
            caused_by_deploy: caused.get(row),
            deployment_ref: owned(&reference, row),
            tags: tags.unwrap_or_default(),
            url: owned(&url, row),
            observed_at: Timestamp(observed.get(row).unwrap_or_default()),
        })
        .collect())
}
