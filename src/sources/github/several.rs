//! Combines small repos: one request reads the first deployments, or the first commits, of several repos.
//!
//! A request in common is asked once. A repo that is not there fails by itself; whatever else came of it, a repo about
//! which it says nothing reliable is asked for alone, and so is one that needs more. Repos whose last run was
//! interrupted go alone from their cursor.

use serde_json::{Map, Value, json};

use super::api::Share;
use super::bounds::Bounds;
use super::commits::FirstPage;
use super::discovery::Target;
use super::error::{GitHubError, QueryError};
use super::queries::{COMMITS_OF, DEPLOYMENTS_OF, commits_of, deployments_of};
use super::run::{DeploymentsRead, Step, Work};
use super::source::{Source, parts};
use super::{Event, wire};
use crate::domain::kind::DeploymentKind;

/// Fewer repos than this are not worth spreading over more requests, whatever may be in flight at once.
const FEWEST: usize = 5;

impl Source {
    /// The repos as pieces of work: as few requests as fit, and as many as are in flight at once.
    pub(super) fn divide(&self, targets: Vec<Target>) -> Vec<Work> {
        let (mut work, mut names) = (Vec::new(), Vec::new());
        for Target { name, empty, .. } in targets {
            let is_alone = self.plan.kind != DeploymentKind::Deployments || self.known(&name).cursor.is_some();
            if empty {
                work.push(Work::Empty(name));
            } else if is_alone || parts(&name).is_err() {
                work.push(Work::Repo { name, first: None });
            } else {
                names.push(name);
            }
        }
        let size = share(names.len(), self.plan.concurrency);
        let mut names = names.into_iter().peekable();
        while names.peek().is_some() {
            work.push(Work::Several(names.by_ref().take(size).collect()));
        }
        work
    }

    /// Reads the beginnings of some repos; what is left of each is work of its own.
    pub(super) async fn several(&self, names: Vec<String>) -> Result<Vec<Work>, GitHubError> {
        let mut left = Vec::new();
        let mut small = Vec::new();
        let wanted = names.iter().map(|name| (name.as_str(), None)).collect::<Vec<_>>();
        let shares = self.shares(&deployments_of(names.len()), DEPLOYMENTS_OF.1, &wanted).await?;
        for (name, share) in names.into_iter().zip(shares) {
            let first: Option<wire::Repository> = match share {
                Share::Whole(page) => Some(page),
                Share::Refused(reason) => {
                    self.send(Event::Failed { scope: name, reason, is_denied: true }).await?;
                    continue;
                }
                Share::Unclear => None,
            };
            let bounds = Bounds::new(&self.plan, &self.known(&name));
            let is_small =
                |page: &wire::Repository| page.name_with_owner.eq_ignore_ascii_case(&name) && bounds.are_met_by(page);
            if !first.as_ref().is_some_and(is_small) {
                left.push(Work::Repo { name, first });
                continue;
            }
            match self.deployments_read(&name, first).await {
                Ok(Step::Read(read)) => small.push(read),
                Ok(Step::Renamed(name)) => left.push(Work::Repo { name, first: None }),
                Err(error) => self.failed(name, error).await?,
            }
        }
        self.first_commits(&mut small).await?;
        left.extend(small.into_iter().map(Work::Commits));
        Ok(left)
    }

    /// Reads the first commits of those repos that need any.
    async fn first_commits(&self, repos: &mut [Box<DeploymentsRead>]) -> Result<(), GitHubError> {
        let start = |read: &DeploymentsRead| read.open.iter().find_map(|pair| read.history.start(pair));
        let mut needy: Vec<(&mut Box<DeploymentsRead>, String)> =
            repos.iter_mut().filter_map(|read| start(read).map(|start| (read, start))).collect();
        for some in needy.chunks_mut(COMMITS_OF.0) {
            let wanted: Vec<_> =
                some.iter().map(|(read, start)| (read.found.repo.name.as_str(), Some(start.as_str()))).collect();
            let shares = self.shares(&commits_of(wanted.len()), COMMITS_OF.1, &wanted).await?;
            for ((read, start), share) in some.iter_mut().zip(shares) {
                // A refused repo gets the right error message when it is requested alone.
                if let Share::Whole(page) = share {
                    let page: wire::Revision<wire::History> = page;
                    let list = page.object.and_then(|commit| commit.history);
                    read.first = Some(FirstPage { start: start.clone(), list });
                }
            }
        }
        Ok(())
    }

    /// Asks for several repos, each with a revision or without, at once; a single one is not asked for here.
    async fn shares<T: serde::de::DeserializeOwned>(
        &self,
        query: &str,
        first: u32,
        wanted: &[(&str, Option<&str>)],
    ) -> Result<Vec<Share<T>>, GitHubError> {
        let unclear = || wanted.iter().map(|_| Share::Unclear).collect();
        if wanted.len() < 2 {
            return Ok(unclear());
        }
        let mut variables = Map::from_iter([("first".to_owned(), json!(first))]);
        for (index, (name, oid)) in wanted.iter().enumerate() {
            let (owner, name) = name.split_once('/').unwrap_or_default();
            let mut set = |key: &str, value: Value| drop(variables.insert(format!("{key}{index}"), value));
            set("owner", owner.into());
            set("name", name.into());
            if let Some(oid) = oid {
                set("oid", (*oid).into());
            }
        }
        let scopes: Vec<&str> = wanted.iter().map(|(name, _)| *name).collect();
        match self.api.several(&scopes, query, variables).await {
            Ok(shares) => Ok(shares),
            Err(QueryError::Run(error)) => Err(error),
            Err(_) => {
                let count = wanted.len();
                let notice = format!("GitHub could not answer for {count} repos in one request; asking for each alone");
                self.send(Event::Notice(notice)).await?;
                Ok(unclear())
            }
        }
    }
}

/// How many of so many repos go into one request.
fn share(repos: usize, concurrency: usize) -> usize {
    let rounds = repos.div_ceil(DEPLOYMENTS_OF.0 * concurrency.max(1)).max(1);
    repos.div_ceil(rounds * concurrency.max(1)).max(FEWEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repos_are_spread_over_what_may_be_in_flight_and_never_more_than_ten_share_a_request() {
        for (repos, concurrency, each) in [(20, 8, 5), (200, 8, 9), (20, 1, 10), (10_000, 8, 10), (9, 3, 5), (1, 8, 5)]
        {
            assert_eq!(share(repos, concurrency), each, "{repos} repos, {concurrency} at once");
        }
    }
}
