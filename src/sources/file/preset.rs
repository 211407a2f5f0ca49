//! What other programs export, as the columns of our tables.
//!
//! GitHub's REST API lists deployments without their statuses, and the statuses of each deployment apart. Objects of
//! both kinds are told apart by their keys; each becomes a row of the deployment, and rows of one deployment are its
//! status history.

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value};

use super::error::FileError;
use super::rows;
use super::same_event::Picked;
use crate::domain::event::{Deployment, Table};
use crate::domain::status::State;
use crate::domain::time::Timestamp;

/// A known export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// `gh api repos/OWNER/NAME/deployments --paginate`, and perhaps the statuses beside it.
    GithubDeployments {
        /// Whether the statuses are among the files; without them it is not known how any deployment ended.
        has_statuses: bool,
    },
    /// `gh api repos/OWNER/NAME/deployments/ID/statuses --paginate`, with or without the deployments.
    GithubDeploymentStatuses,
}

impl Preset {
    /// What its rows are.
    pub fn table(self) -> Table {
        match self {
            Self::GithubDeployments { .. } | Self::GithubDeploymentStatuses => Table::Deployments,
        }
    }

    /// The source of its rows, under which the same events are fetched.
    pub(super) fn source(self) -> &'static str {
        match self {
            Self::GithubDeployments { .. } | Self::GithubDeploymentStatuses => "github",
        }
    }

    /// An object with our columns.
    ///
    /// # Errors
    /// Says what the object lacks.
    pub(super) fn columns(self, object: &Map<String, Value>) -> Result<Map<String, Value>, String> {
        let text = |key: &str| object.get(key).and_then(Value::as_str);
        let is_status = object.contains_key("deployment_url");
        let url = if is_status { text("deployment_url") } else { text("url") };
        let Some((repo, id)) = url.and_then(deployment_of) else {
            return Err("this is neither a deployment of GitHub's REST API nor a status of one: it has no `url` like \
                        https://api.github.com/repos/OWNER/NAME/deployments/1"
                .into());
        };
        let mut row = Map::new();
        let mut set = |column: &str, value: Option<&Value>| {
            if let Some(value) = value.filter(|value| !value.is_null()) {
                row.insert(column.into(), value.clone());
            }
        };
        set("environment", object.get("environment"));
        set("created_at", object.get("created_at"));
        if is_status {
            set("status", object.get("state"));
            let state = text("state").unwrap_or_default().to_lowercase();
            if (State { status: &state, at: Timestamp(0), finished_at: None }).is_terminal() {
                set("finished_at", object.get("created_at"));
            }
        } else {
            for column in ["sha", "ref", "task"] {
                set(column, object.get(column));
            }
            set("creator", object.get("creator").and_then(|creator| creator.get("login")));
            if self != (Self::GithubDeployments { has_statuses: false }) {
                set("status", Some(&"pending".into()));
            }
        }
        set("url", Some(&format!("https://github.com/{repo}/deployments").into()).filter(|_| is_public(url)));
        row.insert("id".into(), id.into());
        row.insert("repo".into(), repo.into());
        Ok(row)
    }
}

/// Whether a row is one of a deployment's statuses, which know no revision.
fn is_status(row: &Deployment) -> bool {
    row.sha.is_none()
}

/// Gives every row of a deployment the environment that it is in now: that of the deployment, else that of its newest
/// status, because a status may move it. Says for how many deployments statuses or the deployments themselves are missing.
///
/// # Errors
/// There are deployments, and no status of any of them: nobody knows how they ended.
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
             import the list of deployments too",
            of(alone)
        ));
    }
    Ok(notes)
}

fn is_public(url: Option<&str>) -> bool {
    url.is_some_and(|url| url.starts_with("https://api.github.com/"))
}

/// Repo and id of `…/repos/OWNER/NAME/deployments/ID`.
fn deployment_of(url: &str) -> Option<(&str, &str)> {
    let (_, path) = url.split_once("/repos/")?;
    let (repo, rest) = path.split_once("/deployments/")?;
    let id = rest.split('/').next()?;
    (repo.split('/').count() == 2 && !id.is_empty()).then_some((repo, id))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn columns(preset: Preset, object: &Value) -> Result<Value, String> {
        preset.columns(object.as_object().expect("an object")).map(Value::Object)
    }

    #[test]
    fn a_deployment_and_its_status_become_rows_of_one_key() {
        let deployment = json!({
            "url": "https://api.github.com/repos/acme/web/deployments/7", "id": 7, "sha": "a1b2c3d", "ref": "main",
            "task": "deploy", "environment": "production", "created_at": "2026-07-01T10:00:00Z", "description": null,
            "creator": {"login": "ann", "id": 1}
        });
        let row = json!({
            "id": "7", "repo": "acme/web", "sha": "a1b2c3d", "ref": "main", "task": "deploy", "creator": "ann",
            "environment": "production", "created_at": "2026-07-01T10:00:00Z", "status": "pending",
            "url": "https://github.com/acme/web/deployments"
        });
        assert_eq!(columns(Preset::GithubDeploymentStatuses, &deployment), Ok(row));
        assert!(
            columns(Preset::GithubDeployments { has_statuses: false }, &deployment)
                .expect("a row")
                .get("status")
                .is_none(),
            "without statuses the end is unknown"
        );
        let status = json!({
            "id": 99, "state": "success", "environment": "production", "created_at": "2026-07-01T10:05:00Z",
            "url": "https://ghe.example/api/v3/repos/acme/web/deployments/7/statuses/99",
            "deployment_url": "https://ghe.example/api/v3/repos/acme/web/deployments/7"
        });
        let row = json!({
            "id": "7", "repo": "acme/web", "environment": "production", "status": "success",
            "created_at": "2026-07-01T10:05:00Z", "finished_at": "2026-07-01T10:05:00Z"
        });
        assert_eq!(columns(Preset::GithubDeploymentStatuses, &status), Ok(row));
        assert!(
            columns(
                Preset::GithubDeploymentStatuses,
                &json!({"id": 7, "url": "https://api.github.com/repos/acme/web/issues/7"})
            )
            .is_err()
        );
    }
}
