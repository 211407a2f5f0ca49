//! When a workflow run ended: with the last of its jobs.
//!
//! GitHub changes `updated_at` of a run long after its end (logs that expire, checks, a re-run), by minutes or by
//! months, and nothing in the list of runs tells a late change from a long run. So a run that counts is dated by its
//! jobs, one request for each, once: a run that is known to have succeeded is not asked about again. A run that enters
//! no figure (of another workflow, or without success) is dated by `updated_at`; one of a counted workflow that was
//! changed more than a day after it began by its jobs. No run lasts longer than 35 days.

use serde::Deserialize;

use super::error::QueryError;
use super::run_record::Run;
use super::source::{Source, parts};
use crate::domain::time::Timestamp;
use crate::sources::instants::maybe_instant;

const DAY_MS: i64 = 86_400_000;
/// GitHub ends a run after 35 days.
const LONGEST_MS: i64 = 35 * DAY_MS;
const PAGE: usize = 100;
/// Pages of jobs of one run that are read: more jobs than any run has.
const MOST_PAGES: usize = 50;

#[derive(Debug, Deserialize)]
struct Jobs {
    total_count: u64,
    jobs: Vec<Job>,
}

#[derive(Debug, Deserialize)]
struct Job {
    #[serde(default, deserialize_with = "maybe_instant")]
    completed_at: Option<Timestamp>,
}

/// Whether the end of a completed run is asked for.
pub(super) fn asks_for_jobs(run: &Run, counts: bool) -> bool {
    let is_success = run.conclusion.as_deref() == Some("success");
    counts && run.conclusion.is_some() && (is_success || changed_after(run) > DAY_MS)
}

/// The end of a run as far as the list of runs tells it.
pub(super) fn recorded_end(run: &Run) -> Timestamp {
    if changed_after(run) > LONGEST_MS { run.started() } else { run.updated_at }
}

/// How long after its start the record of a run was changed, in milliseconds.
fn changed_after(run: &Run) -> i64 {
    run.updated_at.0.saturating_sub(run.started().0)
}

impl Source {
    /// When a completed run of a repo ended; `counts` says whether its workflow is among the production environments.
    pub(super) async fn run_end(&self, name: &str, run: &Run, counts: bool) -> Result<Timestamp, QueryError> {
        if !asks_for_jobs(run, counts) {
            return Ok(recorded_end(run));
        }
        let end = self.last_job(name, run).await?;
        if end.is_none() {
            self.api.skipped.add_end(name);
        }
        Ok(end.unwrap_or_else(|| recorded_end(run)))
    }

    /// When the last job of a run's try ended; none where GitHub no longer lists its jobs.
    async fn last_job(&self, name: &str, run: &Run) -> Result<Option<Timestamp>, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let (id, attempt) = (run.id.to_string(), run.attempt.unwrap_or(1).to_string());
        let path = ["repos", owner, repo_name, "actions", "runs", &id, "attempts", &attempt, "jobs"];
        let mut last = None;
        for page in 1..=MOST_PAGES {
            let (size, number) = (PAGE.to_string(), page.to_string());
            let query = [("per_page", size.as_str()), ("page", number.as_str())];
            let listed: Jobs = match self.api.get(name, &path, &query).await {
                Ok(listed) => listed,
                Err(QueryError::Denied(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            last = last.max(listed.jobs.iter().filter_map(|job| job.completed_at).max());
            // Empty entries take a place on a page without being among its jobs.
            if u64::try_from(page * PAGE).unwrap_or(u64::MAX) >= listed.total_count {
                break;
            }
        }
        Ok(last)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sources::described::reads_what_is_described as described;

    fn run(conclusion: Option<&str>, updated_at: &str) -> Run {
        let run = json!({"id": 1, "workflow_id": 1, "name": "Deploy", "head_branch": "main", "head_sha": "a",
            "event": "push", "status": "completed", "conclusion": conclusion, "created_at": "2026-01-01T00:00:00Z",
            "run_started_at": "2026-01-02T00:00:00Z", "updated_at": updated_at, "html_url": "x", "actor": null,
            "repository": {"full_name": "acme/web"}});
        serde_json::from_value(run).expect("a run")
    }

    #[test]
    fn jobs_are_asked_for_only_where_the_end_enters_a_figure_or_was_changed_late() {
        for (conclusion, updated_at, counts, asks) in [
            (Some("success"), "2026-01-02T00:10:00Z", true, true),
            (Some("success"), "2026-05-02T00:10:00Z", false, false),
            (Some("failure"), "2026-01-02T00:10:00Z", true, false),
            (Some("failure"), "2026-01-04T00:10:00Z", true, true),
            (None, "2026-01-04T00:10:00Z", true, false),
        ] {
            assert_eq!(
                asks_for_jobs(&run(conclusion, updated_at), counts),
                asks,
                "{conclusion:?} {updated_at} {counts}"
            );
        }
    }

    #[test]
    fn a_record_changed_more_than_35_days_after_the_start_does_not_date_the_end() {
        let end = |updated_at: &str| recorded_end(&run(Some("success"), updated_at)).to_rfc3339();
        assert_eq!(end("2026-02-06T00:00:00Z"), "2026-02-06T00:00:00Z");
        assert_eq!(end("2026-02-06T00:00:01Z"), "2026-01-02T00:00:00Z");
    }

    #[test]
    fn every_field_that_is_read_is_one_that_github_describes() {
        const JOBS: &str = "GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs";
        described::<Jobs>(&[(JOBS, "")]);
        described::<Job>(&[(JOBS, "jobs[]")]);
    }
}
