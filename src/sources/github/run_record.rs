//! A run of GitHub Actions as the REST API lists it, and the row that it becomes.

use serde::Deserialize;

use super::map::SOURCE;
use super::wire::Actor;
use crate::domain::event::Deployment;
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;
use crate::sources::instants::{instant, maybe_instant};

/// Events whose runs build what is not merged.
const UNMERGED: [&str; 5] =
    ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"];

/// A page of runs. Its empty entries count among the runs that there are, so they are not removed before.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub(super) total_count: u64,
    pub(super) workflow_runs: Vec<Option<Run>>,
}

impl Page {
    pub(super) fn runs(&self) -> impl Iterator<Item = &Run> {
        self.workflow_runs.iter().flatten()
    }
}

#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the names are GitHub's")]
pub(super) struct Run {
    pub(super) id: u64,
    #[serde(default)]
    pub(super) workflow_id: u64,
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) path: Option<String>,
    pub(super) head_branch: Option<String>,
    pub(super) head_sha: String,
    pub(super) event: String,
    pub(super) status: Option<String>,
    pub(super) conclusion: Option<String>,
    #[serde(default, rename = "run_attempt")]
    pub(super) attempt: Option<u32>,
    #[serde(deserialize_with = "instant")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) run_started_at: Option<Timestamp>,
    #[serde(deserialize_with = "instant")]
    pub(super) updated_at: Timestamp,
    pub(super) html_url: String,
    pub(super) actor: Option<Actor>,
    pub(super) repository: Repository,
}

#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub(super) full_name: String,
    #[serde(default)]
    pub(super) html_url: String,
}

impl Run {
    /// When this try began.
    pub(super) fn started(&self) -> Timestamp {
        self.run_started_at.unwrap_or(self.created_at)
    }
}

/// Whether a run builds merged code.
pub(super) fn is_merged(run: &Run) -> bool {
    !UNMERGED.contains(&run.event.as_str())
}

/// The id of a run's row.
pub(super) fn row_id(run: &Run) -> String {
    DeploymentKind::WorkflowRuns.id(&run.id.to_string())
}

/// The name of a run's workflow, else its file.
pub(super) fn workflow(run: &Run) -> Option<&str> {
    let file = run.path.as_deref().map(|path| path.split('@').next().unwrap_or(path));
    run.name.as_deref().filter(|name| !name.is_empty()).or(file)
}

/// A run that ended at `end`, as a row.
pub(super) fn row(run: Run, end: Timestamp, observed_at: Timestamp) -> Deployment {
    let (status, ended) = match run.conclusion.as_deref() {
        Some("success") => ("success", true),
        Some("failure" | "timed_out" | "startup_failure") => ("failure", true),
        Some("cancelled") => ("cancelled", true),
        Some(other) => (other, false),
        None => (run.status.as_deref().unwrap_or("pending"), false),
    };
    let environment = workflow(&run).map(str::to_owned);
    Deployment {
        source: SOURCE.into(),
        id: row_id(&run),
        repo: run.repository.full_name,
        environment,
        sha: Some(run.head_sha),
        r#ref: run.head_branch,
        status: status.to_owned(),
        created_at: run.created_at,
        finished_at: ended.then_some(end),
        task: DeploymentKind::WorkflowRuns.task().map(str::to_owned),
        creator: run.actor.map(|actor| actor.login),
        url: Some(run.html_url),
        observed_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::described::reads_what_is_described as described;

    #[test]
    fn every_field_that_is_read_is_one_that_github_describes() {
        const RUNS: &str = "GET /repos/{owner}/{repo}/actions/runs";
        const OF_ONE: &str = "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs";
        const EARLIER: &str = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}";
        for list in [RUNS, OF_ONE] {
            described::<Page>(&[(list, "")]);
            described::<Run>(&[(list, "workflow_runs[]")]);
            described::<Repository>(&[(list, "workflow_runs[].repository")]);
        }
        described::<Run>(&[(EARLIER, "")]);
        described::<Repository>(&[("GET /repos/{owner}/{repo}", "")]);
    }
}
