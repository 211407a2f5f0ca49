//! What a first run would read of each repo, from one cheap query for each.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::sync::mpsc;

use super::error::{GitHubError, QueryError};
use super::queries::{COMMITS_OF, COMMITS_POINTS, DEPLOYMENTS_OF, DEPLOYMENTS_POINTS, ESTIMATE, PAGE};
use super::run::{each, open};
use super::source::{Source, parts};
use super::{Auth, Known, Plan, wire};
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::sources::event::{Say, say_waits};

/// What reading one repo takes at most: deployments from before `since` are counted too, because GitHub does not tell
/// them apart, and commits off the default branch are not.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Estimate {
    /// The repo.
    pub repo: String,
    /// Deployments it has, or what stands in for them, of all times; of workflow runs those since `since`.
    pub deployments: u64,
    /// Commits of its default branch since `since`.
    pub commits: u64,
    /// Requests that takes; one for each workflow run that is dated by its jobs among them.
    pub requests: u64,
    /// GraphQL points that takes.
    pub points: u64,
    /// Why it could not be asked; then the numbers are 0.
    pub problem: Option<String>,
    /// Whether that is because it is not shown to us.
    pub is_denied: bool,
}

/// What a run would read: one cheap query per repo, sorted by repo; and how long that takes, if every request takes as
/// long as these did.
///
/// # Errors
/// What ends the whole run; trouble with one repo is its [`Estimate::problem`].
pub async fn estimate(
    plan: Plan,
    auth: Auth,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    say: Say,
) -> Result<(Vec<Estimate>, Seconds), GitHubError> {
    let (events, heard) = mpsc::channel(1);
    let drain = tokio::spawn(say_waits(heard, say));
    let source = Arc::new(open(plan, auth, Known::new(), Arc::clone(&clock), events)?);
    let targets = source.targets().await?;
    let shares = targets.len() > 1;
    let found = Arc::new(Mutex::new(Vec::new()));
    let (concurrency, list) = (source.plan.concurrency, Arc::clone(&found));
    let (began, sent) = (clock(), source.api.cost().requests);
    let asker = Arc::clone(&source);
    each(targets, concurrency, move |target| {
        let (source, list) = (Arc::clone(&asker), Arc::clone(&list));
        async move {
            let one = match source.extent(&target.name, shares).await {
                Ok(one) => one,
                Err(error) => {
                    let (problem, is_denied) = error.reason()?;
                    Estimate { repo: target.name, problem: Some(problem), is_denied, ..Estimate::default() }
                }
            };
            list.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            Ok(Vec::new())
        }
    })
    .await?;
    drain.abort();
    let requests = source.api.cost().requests - sent;
    let elapsed_ms = clock().0.saturating_sub(began.0);
    let mut found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    found.sort();
    let time = time(&found, requests, elapsed_ms, concurrency);
    Ok((found, time))
}

/// The time of a run: what one request took here, as often as the longest repo needs it or all of them together at so
/// many at once.
fn time(estimates: &[Estimate], asked: u64, elapsed_ms: i64, at_once: usize) -> Seconds {
    let at_once = u64::try_from(at_once).unwrap_or(1).max(1);
    let lanes = asked.clamp(1, at_once);
    let one_ms = u64::try_from(elapsed_ms).unwrap_or(0) * lanes / asked.max(1);
    let all: u64 = estimates.iter().map(|one| one.requests).sum();
    let longest = estimates.iter().map(|one| one.requests).max().unwrap_or(0);
    let rounds = all.div_ceil(at_once).max(longest);
    Seconds(i64::try_from((rounds * one_ms).div_ceil(1_000)).unwrap_or(i64::MAX))
}

impl Source {
    /// `shares`: its first pages may come together with those of other repos, and are smaller then.
    async fn extent(&self, name: &str, shares: bool) -> Result<Estimate, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let variables = json!({"owner": owner, "name": repo_name, "since": self.plan.since.to_rfc3339()});
        let extent: wire::InRepository<wire::Extent> = self.api.query(name, ESTIMATE, variables).await?;
        let extent = extent.repository;
        let head = extent.default_branch_ref.and_then(|branch| branch.target);
        let commits = head.and_then(|head| head.history).map_or(0, |history| history.total_count);
        let (deployments, dated) = match self.plan.kind {
            DeploymentKind::Deployments => (extent.deployments.total_count, 0),
            DeploymentKind::Releases => (extent.releases.total_count, 0),
            DeploymentKind::MergedPullRequests => (extent.pull_requests.total_count, 0),
            DeploymentKind::WorkflowRuns => self.count_workflow_runs(name).await?,
        };
        let pages = |count: u64, first: u32| {
            let first = u64::from(if shares { first } else { PAGE });
            1 + count.saturating_sub(first).div_ceil(u64::from(PAGE))
        };
        // Without a deployment no commit is read.
        let commit_pages = if deployments.min(commits) == 0 { 0 } else { pages(commits, COMMITS_OF.1) };
        let pages = pages(deployments, DEPLOYMENTS_OF.1);
        Ok(Estimate {
            repo: extent.name_with_owner,
            deployments,
            commits,
            requests: pages + commit_pages + dated,
            points: pages * DEPLOYMENTS_POINTS + commit_pages * COMMITS_POINTS,
            problem: None,
            is_denied: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_that_of_the_longest_repo_or_of_all_at_so_many_at_once() {
        let needs = |requests| Estimate { requests, ..Estimate::default() };
        // Four answers in 200 ms, two at once: 100 ms each.
        let all: Vec<_> = [30, 5, 5, 5].map(needs).into();
        assert_eq!(time(&all, 4, 200, 2), Seconds(3));
        let even: Vec<_> = [30; 4].map(needs).into();
        assert_eq!(time(&even, 4, 200, 2), Seconds(6));
        assert_eq!(time(&[], 0, 0, 8), Seconds(0));
    }
}
