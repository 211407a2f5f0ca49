//! Runs of GitHub Actions as a proxy for deployments: a run deploys its revision at its end, to an environment named
//! like its workflow.
//!
//! The workflows that deploy are configured as production environments. Runs for pull requests and merge queues are
//! left out: what they build is not merged. GitHub shows at most 1,000 runs of any search, so a span of time with more
//! is halved until each part has fewer; parts are read newest first, and the cursor is the beginning of the last one. A
//! run that was tried again is dated by the first try that succeeded; [`super::run_end`] says when a try ended.

use std::collections::{BTreeSet, HashSet};
use std::sync::PoisonError;

use super::Event;
use super::bounds::{Bounds, kept_from, unsettled_from};
use super::error::QueryError;
use super::found::{Found, Outcome};
use super::run_end::{asks_for_jobs, recorded_end};
use super::run_record::{Page, Repository, Run, is_merged, row, row_id, workflow};
use super::source::{Source, parts};
use super::{KnownRepo, list_pages::Predecessors};
use crate::domain::event::{Deployment, Rows};
use crate::domain::time::{Span, Timestamp};
use crate::sources::nulls::Nulls;

/// More runs than this are not shown of one search.
const MOST_SHOWN: u64 = 1_000;
const PAGE: usize = 100;
const SECOND_MS: i64 = 1_000;
/// How often a span is read in which runs vanish meanwhile.
const READINGS: u32 = 3;
/// Earlier tries of one run that are looked at.
const MOST_TRIES: u32 = 10;

/// What the runs of one reading have in common.
struct Reading<'a> {
    /// The repo, as it is asked for.
    name: &'a str,
    /// Runs that are known to have succeeded, by the id of their row: the first success is final.
    succeeded: HashSet<&'a str>,
}

impl Source {
    /// Reads a repo's workflow runs as far as its bounds ask, each span of time handed on as it comes.
    pub(super) async fn workflow_runs(
        &self,
        name: &str,
        known: &KnownRepo,
        bounds: Bounds,
        mut found: Found,
    ) -> Result<Outcome, QueryError> {
        // No run may tell what the repo is called now.
        let (owner, repo_name) = parts(name)?;
        let repo: Repository = self.api.get(name, &["repos", owner, repo_name], &[]).await?;
        if !repo.full_name.eq_ignore_ascii_case(name) {
            return Ok(Outcome::Renamed { from: name.to_owned(), to: repo.full_name });
        }
        (found.repo.name, found.repo.url) = (repo.full_name, repo.html_url);
        let succeeded = known.deployments.iter().filter(|one| one.succeeded).map(|one| one.id.as_str()).collect();
        let reading = Reading { name, succeeded };
        let began = found.chain.began();
        let resumed = found.chain.after.take();
        let mut predecessors = (!bounds.settled).then(|| Predecessors::of(known, kept_from(&self.plan)));
        if !found.chain.done {
            // What the first of the interrupted runs began with, or the last of them left.
            let to = resumed.as_deref().and_then(|text| Timestamp::parse(text).ok()).unwrap_or(began);
            let span = Span { from: bounds.stop, to };
            if let Some(from) = self.runs_within(&reading, span, true, &mut predecessors, &mut found).await? {
                return Ok(Outcome::Renamed { from, to: found.repo.name });
            }
            self.runs_before(&reading, predecessors, &mut found).await?;
            found.chain.done = true;
        }
        if began < self.plan.began {
            // Runs of the week before may have ended since, as on any later run.
            let span = Span { from: unsettled_from(&self.plan, known, began), to: self.plan.began };
            if let Some(from) = self.runs_within(&reading, span, false, &mut None, &mut found).await? {
                return Ok(Outcome::Renamed { from, to: found.repo.name });
            }
        }
        Ok(Outcome::Found(found))
    }

    /// The newest runs, and what the repo is called.
    pub(super) async fn newest_workflow_runs(&self, name: &str) -> Result<(String, Vec<Deployment>), QueryError> {
        let page = self.runs_matching(name, &[], 1).await?;
        let name = page.runs().next().map_or(name, |run| &run.repository.full_name).to_owned();
        let merged = page.workflow_runs.into_iter().flatten().filter(is_merged);
        let row = |run: Run| {
            let end = recorded_end(&run);
            row(run, end, self.plan.began)
        };
        Ok((name, merged.map(row).collect()))
    }

    /// How many runs there are since the first day, and for how many of them the jobs are asked for, by the share of the
    /// newest runs.
    pub(super) async fn count_workflow_runs(&self, name: &str) -> Result<(u64, u64), QueryError> {
        let since = format!(">={}", kept_from(&self.plan).to_rfc3339());
        let page = self.runs_matching(name, &[("created", &since)], 1).await?;
        let dated = page.runs().filter(|run| is_merged(run) && asks_for_jobs(run, self.counts(run))).count();
        let (dated, seen) = (dated as u64, page.workflow_runs.len() as u64);
        Ok((page.total_count, dated.saturating_mul(page.total_count).div_ceil(seen.max(1))))
    }

    /// Whether a run's workflow is among the production environments.
    fn counts(&self, run: &Run) -> bool {
        workflow(run).is_some_and(|workflow| self.plan.counts(workflow))
    }

    /// Reads the runs created within a span, newest first; gives back the name under which they are known, where that is
    /// another.
    async fn runs_within(
        &self,
        reading: &Reading<'_>,
        span: Span,
        moves: bool,
        predecessors: &mut Option<Predecessors>,
        found: &mut Found,
    ) -> Result<Option<String>, QueryError> {
        let name = reading.name;
        let mut waiting = vec![whole_seconds(span)];
        while let Some(part) = waiting.pop() {
            if part.from > part.to {
                continue;
            }
            let first = self.runs_page(name, part, 1).await?;
            // The count itself may end at the cap.
            match halves(part) {
                Some((older, newer)) if first.total_count >= MOST_SHOWN => {
                    waiting.extend([older, newer]);
                    continue;
                }
                None if first.total_count > MOST_SHOWN => {
                    let at = part.from;
                    let words =
                        format!("more than {MOST_SHOWN} workflow runs began at {at}, and GitHub shows no more of them");
                    return Err(QueryError::Here(words));
                }
                _ => {}
            }
            if let Some(from) = first.runs().find_map(|run| self.former_name(name, &row_id(run))) {
                return Ok(Some(from));
            }
            let runs = self.all_runs(name, part, first).await?;
            let mut rows = Vec::new();
            for run in runs {
                if let Some(called) = workflow(&run) {
                    let key = (name.to_owned(), called.to_owned());
                    self.workflows.lock().unwrap_or_else(PoisonError::into_inner).insert(key, run.workflow_id);
                }
                rows.extend(self.run_row(reading, run).await?.filter(|row| self.plan.keeps(row, predecessors)));
                // After an interruption, the next run does not request the jobs of these rows again.
                if rows.len() >= PAGE {
                    if moves {
                        found.chain.after = Some(part.to.to_rfc3339());
                    }
                    self.hand_on(std::mem::take(&mut rows), found).await?;
                }
            }
            if moves {
                found.chain.after = Some(Timestamp(part.from.0 - SECOND_MS).to_rfc3339());
            }
            self.hand_on(rows, found).await?;
        }
        Ok(None)
    }

    /// Every run of a span with few enough of them.
    async fn all_runs(&self, name: &str, part: Span, first: Page) -> Result<Vec<Run>, QueryError> {
        let mut page = first;
        for _ in 0..READINGS {
            let (total, mut listed) = (page.total_count, page.workflow_runs);
            for number in 2..=total.div_ceil(PAGE as u64) {
                let next = self.runs_page(name, part, u32::try_from(number).unwrap_or(u32::MAX)).await?;
                if next.workflow_runs.is_empty() {
                    break;
                }
                listed.extend(next.workflow_runs);
            }
            let empty = listed.iter().filter(|run| run.is_none()).count() as u64;
            let mut runs: Vec<Run> = listed.into_iter().flatten().collect();
            runs.sort_by_key(|run| std::cmp::Reverse((run.created_at, run.id)));
            runs.dedup_by_key(|run| run.id);
            // One that is deleted meanwhile moves another over the edge of a page.
            if runs.len() as u64 + empty >= total {
                if empty > 0 {
                    self.api.skipped.add(name, Nulls::from([("workflow_runs".to_owned(), empty)]));
                }
                return Ok(runs);
            }
            page = self.runs_page(name, part, 1).await?;
        }
        Err(QueryError::Here("workflow runs disappeared while they were read; run again".into()))
    }

    async fn runs_page(&self, name: &str, span: Span, number: u32) -> Result<Page, QueryError> {
        let created = format!("{}..{}", span.from.to_rfc3339(), span.to.to_rfc3339());
        self.runs_matching(name, &[("created", &created)], number).await
    }

    async fn runs_matching(&self, name: &str, filter: &[(&str, &str)], number: u32) -> Result<Page, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let (size, number) = (PAGE.to_string(), number.to_string());
        let page = [("per_page", size.as_str()), ("page", &number), ("exclude_pull_requests", "true")];
        let query: Vec<_> = filter.iter().copied().chain(page).collect();
        self.api.get(name, &["repos", owner, repo_name, "actions", "runs"], &query).await
    }

    /// Keeps the last success before what is asked for of every counted workflow that lacks one.
    async fn runs_before(
        &self,
        reading: &Reading<'_>,
        mut predecessors: Option<Predecessors>,
        found: &mut Found,
    ) -> Result<(), QueryError> {
        let name = reading.name;
        let lacking = predecessors.as_ref().map(Predecessors::without).unwrap_or_default();
        let lacking: BTreeSet<&String> = lacking.iter().filter(|workflow| self.plan.counts(workflow)).collect();
        if lacking.is_empty() {
            return Ok(());
        }
        let (owner, repo_name) = parts(name)?;
        let workflows: BTreeSet<u64> = self
            .workflows
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter_map(|((repo, called), id)| {
                (repo.eq_ignore_ascii_case(name) && lacking.contains(called)).then_some(*id)
            })
            .collect();
        for workflow in workflows {
            let (before, id) = (format!("<{}", kept_from(&self.plan).to_rfc3339()), workflow.to_string());
            let query = [("status", "success"), ("created", before.as_str()), ("per_page", "100")];
            let path = ["repos", owner, repo_name, "actions", "workflows", &id, "runs"];
            let page: Page = self.api.get(name, &path, &query).await?;
            let mut rows = Vec::new();
            for run in page.workflow_runs.into_iter().flatten() {
                if let Some(row) = self.run_row(reading, run).await?
                    && self.plan.keeps(&row, &mut predecessors)
                {
                    rows.push(row);
                    break;
                }
            }
            self.hand_on(rows, found).await?;
        }
        Ok(())
    }

    async fn hand_on(&self, rows: Vec<Deployment>, found: &mut Found) -> Result<(), QueryError> {
        found.rows.extend(rows.iter().cloned());
        let rows = if rows.is_empty() { Vec::new() } else { vec![Rows::Deployments(rows)] };
        let (scope, cursor) = (found.repo.name.clone(), found.chain.text());
        Ok(self.send(Event::Page { scope, rows, cursor }).await?)
    }

    /// A run as a row, dated by its first try that succeeded; none for what is not merged, and for what is known and final.
    async fn run_row(&self, reading: &Reading<'_>, mut run: Run) -> Result<Option<Deployment>, QueryError> {
        let (name, counts) = (reading.name, self.counts(&run));
        let is_known = counts && reading.succeeded.contains(row_id(&run).as_str());
        if is_known || !is_merged(&run) {
            return Ok(None);
        }
        let (owner, repo_name) = parts(name)?;
        let id = run.id.to_string();
        let tries = if counts { run.attempt.unwrap_or(1).min(MOST_TRIES) } else { 1 };
        for attempt in 1..tries {
            let attempt = attempt.to_string();
            let path = ["repos", owner, repo_name, "actions", "runs", &id, "attempts", &attempt];
            let earlier: Run = match self.api.get(name, &path, &[]).await {
                Ok(earlier) => earlier,
                // It is kept for some time only.
                Err(QueryError::Denied(_)) => continue,
                Err(error) => return Err(error),
            };
            if earlier.conclusion.as_deref() == Some("success") {
                run = earlier;
                break;
            }
        }
        let end = self.run_end(name, &run, counts).await?;
        Ok(Some(row(run, end, self.plan.began)))
    }
}

/// A span whose ends are whole seconds, both within it: GitHub's searches know no fractions.
fn whole_seconds(span: Span) -> Span {
    let second = |at: Timestamp| Timestamp(at.0.div_euclid(SECOND_MS) * SECOND_MS);
    Span { from: second(span.from), to: second(span.to) }
}

/// The older and the newer half of a span of more than one second.
fn halves(span: Span) -> Option<(Span, Span)> {
    let seconds = (span.to.0 - span.from.0) / SECOND_MS;
    let middle = Timestamp(span.from.0 + seconds / 2 * SECOND_MS);
    (seconds > 0)
        .then(|| (Span { from: span.from, to: middle }, Span { from: Timestamp(middle.0 + SECOND_MS), to: span.to }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_touch_and_do_not_overlap_down_to_a_second() {
        let span = |from: i64, to: i64| Span { from: Timestamp(from * 1_000), to: Timestamp(to * 1_000) };
        assert_eq!(halves(span(0, 10)), Some((span(0, 5), span(6, 10))));
        assert_eq!(halves(span(4, 5)), Some((span(4, 4), span(5, 5))));
        assert_eq!(halves(span(4, 4)), None);
        assert_eq!(whole_seconds(Span { from: Timestamp(1_999), to: Timestamp(2_000) }), span(1, 2));
    }
}
