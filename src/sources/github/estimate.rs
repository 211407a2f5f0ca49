//! What a first run would read of each repo, from one cheap query for each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;

use super::discovery::Target;
use super::error::{GitHubError, QueryError};
use super::issues::Issues;
use super::queries::{
    COMMITS_OF, COMMITS_POINTS, DEPLOYMENTS_OF, DEPLOYMENTS_POINTS, ESTIMATE, ISSUES_EXTENT, ONE_BY_ONE, PAGE,
};
use super::run::{each, open};
use super::source::{Source, parts};
use super::{Auth, Known, Plan, wire};
use crate::domain::kind::DeploymentKind;
use crate::http::Clock;
use crate::sources::estimate::{Estimate, Estimates, RequestEstimate};
use crate::sources::event::{Say, say_waits};

/// Requests that a deployment off the default branch takes at most: a page from it and one from where it left.
const SIDE_PAGES: u64 = 2;
/// Points of a request about many commits or pull requests one by one.
const ONE_BY_ONE_POINTS: u64 = 8;

/// What a run would read: one cheap query per repo.
///
/// # Errors
/// What ends the whole run; trouble with one repo is its [`Estimate::problem`].
pub async fn estimate(plan: Plan, auth: Auth, clock: Clock, say: Say) -> Result<Estimates, GitHubError> {
    of_each(plan, auth, clock, say, |source, target, shares| async move { source.extent(&target.name, shares).await })
        .await
}

/// What reading issues would take: one cheap query per repo. `open` says of how many issues of each repo, by its name in
/// lower case, it is known that they are open: they are asked for one by one.
///
/// # Errors
/// What ends the whole run; trouble with one repo is its [`Estimate::problem`].
pub async fn estimate_issues(
    plan: Plan,
    auth: Auth,
    issues: Issues,
    open: BTreeMap<String, u64>,
    clock: Clock,
    say: Say,
) -> Result<Estimates, GitHubError> {
    let labels = Arc::new((issues.labels, open));
    of_each(plan, auth, clock, say, move |source, target, _| {
        let labels = Arc::clone(&labels);
        async move { source.issues_extent(&target.name, &labels.0, &labels.1).await }
    })
    .await
}

async fn of_each<W, F>(plan: Plan, auth: Auth, clock: Clock, say: Say, ask: W) -> Result<Estimates, GitHubError>
where
    W: Fn(Arc<Source>, Target, bool) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Estimate, QueryError>> + Send,
{
    let (events, heard) = mpsc::channel(1);
    let drain = tokio::spawn(say_waits(heard, say));
    let source = Arc::new(open(plan, auth, Known::new(), Arc::clone(&clock), events)?);
    let targets = source.targets().await?;
    let shares = targets.len() > 1;
    let found = Arc::new(Mutex::new(Vec::new()));
    let (at_once, list) = (source.plan.concurrency, Arc::clone(&found));
    let (began, before) = (clock(), source.api.cost().requests);
    let asker = Arc::clone(&source);
    each(targets, at_once, move |target| {
        let (source, list, ask) = (Arc::clone(&asker), Arc::clone(&list), ask.clone());
        async move {
            let name = target.name.clone();
            let one = match ask(source, target, shares).await {
                Ok(one) => one,
                Err(error) => {
                    let (problem, is_denied) = error.reason()?;
                    Estimate { scope: name, problem: Some(problem), is_denied, ..Estimate::default() }
                }
            };
            list.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            Ok(Vec::new())
        }
    })
    .await?;
    drain.abort();
    let timed = source.api.cost().requests - before;
    let elapsed_ms = clock().0.saturating_sub(began.0);
    let mut scopes = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    scopes.sort();
    Ok(Estimates { scopes, before, timed, elapsed_ms, at_once })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct IssuesExtent {
    name_with_owner: String,
    issues: wire::Total,
}

impl Source {
    /// Deployments from before `since` are counted too, because GitHub does not tell them apart, and commits off the
    /// default branch are not. `shares`: its first pages may come together with those of other repos, and are smaller
    /// then.
    async fn extent(&self, name: &str, shares: bool) -> Result<Estimate, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let variables = json!({"owner": owner, "name": repo_name, "since": self.plan.since.to_rfc3339()});
        let extent: wire::InRepository<wire::Extent> = self.api.query(name, ESTIMATE, variables).await?;
        let extent = extent.repository;
        let head = extent.default_branch_ref.and_then(|branch| branch.target);
        let commits = head.and_then(|head| head.history).map_or(0, |history| history.total_count);
        let merged = extent.pull_requests.total_count;
        // Statuses beyond those that a page shows are asked for deployment by deployment.
        let (deployments, dated, statuses) = match self.plan.kind {
            DeploymentKind::Deployments => (extent.deployments.total_count, 0, extent.deployments.total_count),
            DeploymentKind::Releases => (extent.releases.total_count, 0, 0),
            DeploymentKind::MergedPullRequests => (merged, 0, 0),
            // GitHub has neither.
            DeploymentKind::Tags | DeploymentKind::Builds => (0, 0, 0),
            // The newest runs say for how many the jobs are asked; at most it is all, in two pages.
            DeploymentKind::WorkflowRuns => {
                let (runs, dated) = self.count_workflow_runs(name).await?;
                (runs, dated, runs.saturating_mul(2))
            }
        };
        let pages = |count: u64, first: u32| {
            let first = u64::from(if shares { first } else { PAGE });
            1 + count.saturating_sub(first).div_ceil(u64::from(PAGE))
        };
        // Without a deployment no commit is read.
        let commit_pages = if deployments.min(commits) == 0 { 0 } else { pages(commits, COMMITS_OF.1) };
        let pages = pages(deployments, DEPLOYMENTS_OF.1);
        let usual = RequestEstimate {
            requests: pages + commit_pages + dated,
            points: pages * DEPLOYMENTS_POINTS + commit_pages * COMMITS_POINTS,
        };
        let sides = SIDE_PAGES.saturating_mul(deployments);
        // Commits held by several pull requests are asked about many at a time, and those pull requests likewise.
        let undecided =
            if deployments == 0 { 0 } else { 2 * (1 + (commits + deployments).div_ceil(ONE_BY_ONE.into())) };
        let reviews = if deployments == 0 { 0 } else { merged.min(commits + deployments) };
        let rare = RequestEstimate {
            requests: statuses + sides + undecided + reviews,
            points: statuses + sides * COMMITS_POINTS + undecided * ONE_BY_ONE_POINTS + reviews,
        };
        Ok(Estimate {
            scope: extent.name_with_owner,
            deployments,
            commits,
            usual,
            most: usual + rare,
            ..Estimate::default()
        })
    }

    async fn issues_extent(
        &self,
        name: &str,
        labels: &[String],
        open: &BTreeMap<String, u64>,
    ) -> Result<Estimate, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let variables =
            json!({"owner": owner, "name": repo_name, "labels": labels, "since": self.plan.since.to_rfc3339()});
        let extent: wire::InRepository<IssuesExtent> = self.api.query(name, ISSUES_EXTENT, variables).await?;
        let IssuesExtent { name_with_owner, issues } = extent.repository;
        let pages = 1 + issues.total_count.div_ceil(PAGE.into());
        let usual = RequestEstimate { requests: pages, points: pages };
        let open = open.get(&name.to_lowercase()).copied().unwrap_or(0);
        Ok(Estimate {
            scope: name_with_owner,
            incidents: issues.total_count,
            usual,
            most: usual + RequestEstimate { requests: open, points: open },
            ..Estimate::default()
        })
    }
}
