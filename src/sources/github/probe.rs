//! What a token is and sees: its kind, its scopes, what is left of its budget, and the newest deployments of each repo.
//!
//! Asks once for the budget, then once per repo, and stores nothing. A kind is told by the token's first letters; no
//! part of a token leaves this module.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;

use super::error::{GitHubError, QueryError};
use super::page::PageSize;
use super::queries::{BUDGET, PROBE};
use super::run::{each, open};
use super::source::{Source, parts};
use super::{Auth, Known, Plan, wire};
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;
use crate::sources::event::{Say, say_waits};
use crate::sources::instants::instant;

/// What kind of credentials are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A classic personal token; it has scopes.
    Classic,
    /// A fine-grained personal token; it has permissions on chosen repos.
    FineGrained,
    /// A token of an installation, like `GITHUB_TOKEN` in GitHub Actions.
    Installation,
    /// The token of an OAuth app for a user; it has scopes.
    OAuth,
    /// A GitHub App that makes its own tokens.
    App,
    /// It begins like none of these.
    Unknown,
}

impl TokenKind {
    /// The kind of some credentials.
    pub fn of(auth: &Auth) -> Self {
        let Auth::Token(token) = auth else { return Self::App };
        let kinds = [
            ("ghp_", Self::Classic),
            ("github_pat_", Self::FineGrained),
            ("ghs_", Self::Installation),
            ("gho_", Self::OAuth),
        ];
        let token = token.expose_secret();
        kinds.into_iter().find(|(begins, _)| token.starts_with(begins)).map_or(Self::Unknown, |(_, kind)| kind)
    }
}

/// What is left to ask with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// Points in a window.
    pub limit: u64,
    /// Points left in this one.
    pub remaining: u64,
    /// When it ends.
    #[serde(deserialize_with = "instant")]
    pub reset_at: Timestamp,
}

/// What the token sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Its scopes, where GitHub names them; it does for classic and OAuth tokens alone.
    pub scopes: Option<Vec<String>>,
    /// When the token ends, where GitHub says so.
    pub token_end: Option<Timestamp>,
    /// `None`: the server has no limits.
    pub budget: Option<Budget>,
    /// The repos of the plan, sorted by name, as far as they were asked for; or why they could not be listed.
    pub repos: Result<Vec<ProbedRepo>, GitHubError>,
    /// Repos of the plan that were not asked for, because there are so many.
    pub unasked: usize,
}

/// What the token sees of one repo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProbedRepo {
    /// `owner/name`: GitHub's where the repo is seen, else the configured one.
    pub name: String,
    /// Why it cannot be read; then the rest is empty.
    pub problem: Option<String>,
    /// What is read as a deployment, and how many of them it has, of all times; of proxies, those that were looked at.
    pub kind: DeploymentKind,
    /// See [`ProbedRepo::kind`].
    pub deployments: u64,
    /// How many of the newest deployments went to each environment; `None` is a deployment without one.
    pub environments: BTreeMap<Option<String>, usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BudgetReply {
    rate_limit: Option<Budget>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Seen {
    name_with_owner: String,
    deployments: Newest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Newest {
    total_count: u64,
    nodes: Vec<Place>,
}

#[derive(Deserialize)]
struct Place {
    environment: Option<String>,
}

/// Asks what the token is and sees; of the plan's repos, at most `most`.
///
/// # Errors
/// The token is not accepted, or GitHub cannot be asked. Trouble after that is within the [`Probe`].
pub async fn probe(
    plan: Plan,
    auth: Auth,
    most: usize,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    say: Say,
) -> Result<Probe, GitHubError> {
    let (events, heard) = mpsc::channel(1);
    let drain = tokio::spawn(say_waits(heard, say));
    let source = Arc::new(open(plan, auth, Known::new(), clock, events)?);
    let reply: BudgetReply = source.api.query("", BUDGET, json!({})).await.map_err(QueryError::into_run)?;
    let (repos, unasked) = match repos(&source, most).await {
        Ok((repos, unasked)) => (Ok(repos), unasked),
        Err(error) => (Err(error), 0),
    };
    drain.abort();
    let listed = |text: &str| text.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
    let (scopes, token_end) = (source.api.scopes().map(listed), source.api.token_end());
    Ok(Probe { scopes, token_end, budget: reply.rate_limit, repos, unasked })
}

async fn repos(source: &Arc<Source>, most: usize) -> Result<(Vec<ProbedRepo>, usize), GitHubError> {
    let mut targets = source.targets().await?;
    let unasked = targets.len().saturating_sub(most);
    targets.truncate(most);
    let found = Arc::new(Mutex::new(Vec::new()));
    let (asker, list) = (Arc::clone(source), Arc::clone(&found));
    each(targets, source.plan.concurrency, move |target| {
        let (source, list) = (Arc::clone(&asker), Arc::clone(&list));
        async move {
            let one = match source.look_at(&target.name).await {
                Ok(one) => one,
                Err(error) => {
                    let (problem, _) = error.reason()?;
                    let (kind, deployments, environments) = (source.plan.kind, 0, BTreeMap::new());
                    ProbedRepo { name: target.name, problem: Some(problem), kind, deployments, environments }
                }
            };
            list.lock().unwrap_or_else(PoisonError::into_inner).push(one);
            // One look at each repo is all.
            Ok(Vec::new())
        }
    })
    .await?;
    let mut found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    found.sort_by(|left, right| left.name.cmp(&right.name));
    Ok((found, unasked))
}

impl Source {
    async fn look_at(&self, name: &str) -> Result<ProbedRepo, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let variables = json!({"owner": owner, "name": repo_name});
        if self.plan.kind != DeploymentKind::Deployments {
            return self.look_at_stand_ins(name).await;
        }
        let seen: wire::InRepository<Seen> = self.api.query(name, PROBE, variables).await?;
        let (name, newest) = (seen.repository.name_with_owner, seen.repository.deployments);
        let mut environments = BTreeMap::new();
        for place in newest.nodes {
            *environments.entry(place.environment).or_insert(0) += 1;
        }
        let kind = DeploymentKind::Deployments;
        Ok(ProbedRepo { name, problem: None, kind, deployments: newest.total_count, environments })
    }

    async fn look_at_stand_ins(&self, name: &str) -> Result<ProbedRepo, QueryError> {
        let kind = self.plan.kind;
        let (name, rows) = if kind == DeploymentKind::WorkflowRuns {
            self.newest_workflow_runs(name).await?
        } else {
            let page = self.listed(name, None, &mut PageSize::default(), None).await?;
            (page.name, page.rows)
        };
        let mut environments = BTreeMap::new();
        for row in &rows {
            *environments.entry(row.environment.clone()).or_insert(0) += 1;
        }
        Ok(ProbedRepo { name, problem: None, kind, deployments: rows.len() as u64, environments })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::SecretString;

    #[test]
    fn a_token_is_known_by_its_first_letters() {
        for (begins, kind) in [
            ("ghp_", TokenKind::Classic),
            ("github_pat_", TokenKind::FineGrained),
            ("ghs_", TokenKind::Installation),
            ("gho_", TokenKind::OAuth),
            ("ghu_", TokenKind::Unknown),
            ("", TokenKind::Unknown),
        ] {
            let token = SecretString::from(format!("{begins}abc"));
            assert_eq!(TokenKind::of(&Auth::Token(token)), kind, "{begins}");
        }
    }
}
