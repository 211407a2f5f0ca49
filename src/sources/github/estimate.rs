//! What a first run would read of each repo, from one cheap query for each.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;
use tokio::sync::mpsc;

use super::error::{GitHubError, QueryError};
use super::queries::{COMMITS_OF, COMMITS_POINTS, DEPLOYMENTS_OF, DEPLOYMENTS_POINTS, ESTIMATE, PAGE};
use super::run::{each, open};
use super::source::{Source, parts};
use super::{Auth, Known, Plan, wire};
use crate::domain::time::Timestamp;

/// What reading one repo takes at most: deployments from before `since` are counted too, because GitHub does not tell
/// them apart, and commits off the default branch are not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Estimate {
    /// The repo.
    pub repo: String,
    /// Deployments it has, of all times.
    pub deployments: u64,
    /// Commits of its default branch since `since`.
    pub commits: u64,
    /// Requests that takes.
    pub requests: u64,
    /// GraphQL points that takes.
    pub points: u64,
    /// Why it could not be asked; then the numbers are 0.
    pub problem: Option<String>,
}

/// What a run would read: one cheap query per repo, sorted by repo.
///
/// # Errors
/// What ends the whole run; trouble with one repo is its [`Estimate::problem`].
pub async fn estimate(
    plan: Plan,
    auth: Auth,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
) -> Result<Vec<Estimate>, GitHubError> {
    // Nobody listens here: what would be said is not worth more than the answer.
    let (events, mut unheard) = mpsc::channel(1);
    let drain = tokio::spawn(async move { while unheard.recv().await.is_some() {} });
    let source = Arc::new(open(plan, auth, Known::new(), clock, events)?);
    let targets = source.targets().await?;
    let shares = targets.len() > 1;
    let found = Arc::new(Mutex::new(Vec::new()));
    let (concurrency, list) = (source.plan.concurrency, Arc::clone(&found));
    each(targets, concurrency, move |target| {
        let (source, list) = (Arc::clone(&source), Arc::clone(&list));
        async move {
            let one = match source.extent(&target.name, shares).await {
                Ok(one) => one,
                Err(QueryError::Run(error)) => return Err(error),
                Err(QueryError::Heavy(problem) | QueryError::Here(problem)) => {
                    let (deployments, commits, requests, points) = (0, 0, 0, 0);
                    Estimate { repo: target.name, deployments, commits, requests, points, problem: Some(problem) }
                }
            };
            list.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            Ok(Vec::new())
        }
    })
    .await?;
    drain.abort();
    let mut found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    found.sort();
    Ok(found)
}

impl Source {
    /// `shares`: its first pages may come together with those of other repos, and are smaller then.
    async fn extent(&self, name: &str, shares: bool) -> Result<Estimate, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let variables = json!({"owner": owner, "name": repo_name, "since": self.plan.since.to_rfc3339()});
        let extent: wire::InRepository<wire::Extent> = self.api.query(ESTIMATE, variables).await?;
        let extent = extent.repository;
        let head = extent.default_branch_ref.and_then(|branch| branch.target);
        let commits = head.and_then(|head| head.history).map_or(0, |history| history.total_count);
        let deployments = extent.deployments.total_count;
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
            requests: pages + commit_pages,
            points: pages * DEPLOYMENTS_POINTS + commit_pages * COMMITS_POINTS,
            problem: None,
        })
    }
}
