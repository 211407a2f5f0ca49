//! Deployments of GitHub's REST API and their statuses, which it lists apart: rows of one deployment are its status history.

use rustc_hash::{FxHashMap, FxHashSet};

use super::error::FileError;
use super::rows;
use super::same_event::Picked;
use crate::domain::event::Deployment;
use crate::domain::time::Timestamp;

/// Whether a row is one of a deployment's statuses, which know no revision.
fn is_status(row: &Deployment) -> bool {
    row.sha.is_none()
}

/// Gives every row of a deployment the environment that it is in now: that of the deployment, else that of its newest
/// status, because a status may move it. Says for how many deployments statuses or the deployments themselves are missing.
///
/// # Errors
/// There are deployments but no statuses, so their results are unknown.
pub(super) fn settle(files: &mut [Picked<Deployment>], stored: &mut [Deployment]) -> Result<Vec<String>, FileError> {
    let mut current: FxHashMap<String, (bool, Timestamp, Option<String>)> = FxHashMap::default();
    let mut with_status: FxHashSet<String> = FxHashSet::default();
    let mut deployments: FxHashSet<String> = FxHashSet::default();
    for row in files.iter().flat_map(|file| &file.events) {
        let now = (!is_status(row), row.created_at, row.environment.clone());
        let known = current.entry(row.id.clone()).or_insert_with(|| now.clone());
        if (now.0, now.1) >= (known.0, known.1) {
            *known = now;
        }
        if is_status(row) { &mut with_status } else { &mut deployments }.insert(row.id.clone());
    }
    let without = deployments.iter().filter(|id| !with_status.contains(*id)).count();
    let alone = with_status.iter().filter(|id| !deployments.contains(*id)).count();
    if without > 0 && without == deployments.len() {
        let (file, line) = files.iter().find_map(|file| Some((&file.name, file.lines.first()?))).unzip();
        return Err(rows::without_statuses(file.map_or("", String::as_str), line.copied().unwrap_or(1), without));
    }
    for row in files.iter_mut().flat_map(|file| &mut file.events).chain(stored) {
        if let Some((_, _, environment)) = current.get(&row.id) {
            row.environment.clone_from(environment);
        }
    }
    let of = |count: usize| if count == 1 { "1 deployment".to_owned() } else { format!("{count} deployments") };
    let mut notes = Vec::new();
    if without > 0 {
        notes.push(format!(
            "no status in these files for {}, which do not count; export their statuses too",
            of(without)
        ));
    }
    if alone > 0 {
        notes.push(format!(
            "statuses without their deployments for {}: the commit is unknown, and the first status is taken as the start; \
             import the list of deployments in the same command: `--from github-deployment-statuses statuses.json \
             deployments.json`",
            of(alone)
        ));
    }
    Ok(notes)
}
