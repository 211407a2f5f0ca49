//! Which repos to read: those named, those of an owner that match a pattern, or all of an organisation.
//!
//! A name is the one GitHub uses now where a list showed it, else the one configured; it is set right with the first
//! page. Sorted, each once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::error::GitHubError;
use super::page::PageSize;
use super::queries::REPOSITORIES;
use super::source::Source;
use super::wire;
use super::{Event, Plan, error::QueryError};

/// A repo to read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    /// `owner/name`.
    pub(super) name: String,
    /// Whether it holds no commit: there is nothing to read.
    pub(super) empty: bool,
    /// Whether the repo was in a list. If so, the name is the current one.
    pub(super) is_listed: bool,
}

/// The repos that a configuration names or that match it.
pub(super) struct Repos {
    /// The repos of this run.
    pub(super) wanted: Vec<Target>,
    /// The repos that this run leaves out.
    pub(super) left_out: Vec<Target>,
    /// Whether the configuration can match no other repo: every owner showed its repos, and all of them are read.
    pub(super) is_whole: bool,
}

impl Source {
    /// The repos of the plan.
    pub(super) async fn targets(&self) -> Result<Vec<Target>, GitHubError> {
        Ok(self.repos().await?.wanted)
    }

    /// The repos of the plan, and the configured repos that the plan leaves out.
    pub(super) async fn repos(&self) -> Result<Repos, GitHubError> {
        let mut found: BTreeMap<String, Target> = BTreeMap::new();
        let named = self.plan.repos.iter().filter(|glob| glob.is_literal()).map(|glob| glob.as_str().to_owned());
        for name in named.filter(|name| !is_excluded(&self.plan, name)) {
            found.insert(name.to_lowercase(), Target { name, empty: false, is_listed: false });
        }
        let mut refused = Vec::new();
        for owner in owners(&self.plan) {
            let owned = match self.owned(&owner).await {
                Ok(Some(owned)) => owned,
                Ok(None) => {
                    refused.push((owner.clone(), GitHubError::NoOwner { owner }));
                    continue;
                }
                Err(error @ QueryError::Denied(_)) => {
                    refused.push((owner, error.into_run()));
                    continue;
                }
                Err(error) => return Err(error.into_run()),
            };
            for target in owned {
                let matches =
                    self.plan.repos.is_empty() || self.plan.repos.iter().any(|glob| glob.matches(&target.name));
                if matches && !is_excluded(&self.plan, &target.name) {
                    found.insert(target.name.to_lowercase(), target);
                }
            }
        }
        let is_wanted =
            |target: &Target| self.plan.only.is_empty() || self.plan.only.iter().any(|glob| glob.matches(&target.name));
        let (wanted, left_out): (Vec<Target>, Vec<Target>) = found.into_values().partition(is_wanted);
        let is_whole = refused.is_empty() && left_out.is_empty();
        if wanted.is_empty()
            && let Some((_, error)) = refused.pop()
        {
            return Err(error);
        }
        // The repos of other owners can be read.
        for (owner, error) in refused {
            let failed = Event::Failed { scope: format!("{owner}/*"), reason: error.to_string(), is_denied: true };
            self.send(failed).await?;
        }
        if wanted.is_empty() {
            return Err(GitHubError::NoRepos { wanted: describe(&self.plan) });
        }
        Ok(Repos { wanted, left_out, is_whole })
    }

    /// All repos of an owner; `None` where there is no such owner.
    async fn owned(&self, owner: &str) -> Result<Option<Vec<Target>>, QueryError> {
        let (mut targets, mut size, mut after) = (Vec::new(), PageSize::default(), None);
        loop {
            let variables = |first: u32| json!({"owner": owner, "first": first, "after": after});
            let page: wire::Owner = self.page(owner, &mut size, REPOSITORIES, variables).await?;
            let Some(repositories) = page.repository_owner.map(|owner| owner.repositories) else { return Ok(None) };
            let next = repositories.page_info.next();
            let listed = repositories.nodes.into_iter();
            targets.extend(listed.map(|repo| Target {
                name: repo.name_with_owner,
                empty: repo.is_empty,
                is_listed: true,
            }));
            after = next;
            if after.is_none() {
                return Ok(Some(targets));
            }
        }
    }
}

/// Whose repos must be listed: the owner a pattern names, or the organisation where it names none.
fn owners(plan: &Plan) -> BTreeSet<String> {
    let mut owners = BTreeSet::new();
    if plan.repos.is_empty() {
        owners.extend(plan.org.clone());
    }
    for glob in plan.repos.iter().filter(|glob| !glob.is_literal()) {
        let owner = glob.as_str().split('/').next().unwrap_or_default();
        let written_out = !owner.contains(['*', '?', '[', '{', '\\']);
        owners.extend(if written_out { Some(owner.to_owned()) } else { plan.org.clone() });
    }
    owners
}

fn is_excluded(plan: &Plan, name: &str) -> bool {
    plan.exclude.iter().any(|glob| glob.matches(name))
}

fn describe(plan: &Plan) -> String {
    let asked = if plan.only.is_empty() { &plan.repos } else { &plan.only };
    let texts: Vec<&str> = asked.iter().map(crate::domain::glob::Glob::as_str).collect();
    match &plan.org {
        _ if !texts.is_empty() => texts.join(", "),
        Some(org) => format!("every repo of {org}"),
        None => "none was asked for".into(),
    }
}
