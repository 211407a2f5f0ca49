//! Frames of the dataset's tables back to rows, for those who need them whole.

use polars::prelude::*;

use super::columns::Columns;
use super::error::StoreError;
use crate::domain::event::{Commit, Deployment, Incident, Table};
use crate::domain::time::Timestamp;

fn owned(texts: &StringChunked, row: usize) -> Option<String> {
    texts.get(row).map(str::to_owned)
}

/// Deployments of a frame, row by row.
///
/// # Errors
/// A column is missing or holds something else.
pub fn deployments(frame: &DataFrame) -> Result<Vec<Deployment>, StoreError> {
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

/// Commits of a frame, row by row.
///
/// # Errors
/// A column is missing or holds something else.
pub fn commits(frame: &DataFrame) -> Result<Vec<Commit>, StoreError> {
    let columns = Columns { frame, table: Table::Commits };
    let (repo, sha, parents) = (columns.texts("repo")?, columns.texts("sha")?, columns.lists("parents")?);
    let (authored, committed) = (columns.integers("authored_at")?, columns.integers("committed_at")?);
    let (pull_request, observed) = (columns.integers("pull_request")?, columns.integers("observed_at")?);
    Ok(parents
        .into_iter()
        .enumerate()
        .map(|(row, parents)| Commit {
            repo: owned(&repo, row).unwrap_or_default(),
            sha: owned(&sha, row).unwrap_or_default(),
            parents,
            authored_at: Timestamp(authored.get(row).unwrap_or_default()),
            committed_at: Timestamp(committed.get(row).unwrap_or_default()),
            pull_request: pull_request.get(row),
            observed_at: Timestamp(observed.get(row).unwrap_or_default()),
        })
        .collect())
}

/// Incidents of a frame, row by row.
///
/// # Errors
/// A column is missing or holds something else.
pub fn incidents(frame: &DataFrame) -> Result<Vec<Incident>, StoreError> {
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
