//! Which pull request brought a commit, where GitHub lists several that hold it.
//!
//! GitHub lists every pull request whose branch holds the commit, oldest first: also one that was closed without a
//! merge, one that is still open, and one that goes into another repository. Only one merged into this repo brings a
//! commit. Of several (a stack of branches, a release branch) it is the one whose merge made the commit, else the one
//! with the lowest number.
//!
//! A page of commits shows the first pull request of each and says how many there are. Commits for which that does not
//! decide are kept back and asked about together, a hundred at a time; only then are they handed on, so that a run
//! that ends before reads them again.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::commits::Commits;
use super::error::QueryError;
use super::page::PageSize;
use super::queries::{PAGE, PULL_REQUESTS, associated_of};
use super::source::parts;
use super::{Event, wire};
use crate::domain::event::{Commit, Rows};
use crate::domain::time::Timestamp;

/// What a page of commits says of the pull request that brought one of them.
pub(super) enum Choice {
    /// This one, or none.
    Made(Option<wire::PullRequest>),
    /// Others must be looked at; the one that was shown may still be it.
    Open(Option<wire::PullRequest>),
}

/// A commit for which its pull request is still to be found.
pub(super) struct Undecided {
    pub(super) commit: Commit,
    /// The pull request that the page showed, where it was merged into this repo.
    pub(super) shown: Option<wire::PullRequest>,
}

/// A pull request that holds a commit.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    id: String,
    number: i64,
    #[serde(deserialize_with = "wire::maybe_instant")]
    merged_at: Option<Timestamp>,
    base_repository: Option<wire::Base>,
    merge_commit: Option<wire::Oid>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Holders {
    associated_pull_requests: Option<wire::Nodes<Candidate>>,
}

#[derive(Debug, Deserialize)]
struct PullRequests {
    nodes: Vec<wire::PullRequest>,
}

/// What a page of commits says of the pull request that brought the commit `sha` to `repo`.
pub(super) fn choice(repo: &str, sha: &str, listed: Option<wire::Associated>) -> Choice {
    let Some(listed) = listed else { return Choice::Made(None) };
    let shown = u64::try_from(listed.nodes.len()).unwrap_or(u64::MAX);
    let others = listed.total_count > shown;
    let first =
        listed.nodes.into_iter().next().filter(|one| is_merged(repo, one.merged_at, one.base_repository.as_ref()));
    let made_it = |one: &wire::PullRequest| one.merge_commit.as_ref().is_some_and(|made| made.oid == sha);
    if !others || first.as_ref().is_some_and(made_it) { Choice::Made(first) } else { Choice::Open(first) }
}

/// Whether a pull request was merged into a repo.
fn is_merged(repo: &str, merged_at: Option<Timestamp>, base: Option<&wire::Base>) -> bool {
    merged_at.is_some() && base.is_some_and(|base| base.name_with_owner.eq_ignore_ascii_case(repo))
}

/// The pull request that brought a commit: the one whose merge made it, else the lowest number.
fn chosen(repo: &str, sha: &str, candidates: Vec<Candidate>) -> Option<Candidate> {
    let merged = candidates.into_iter().filter(|one| is_merged(repo, one.merged_at, one.base_repository.as_ref()));
    merged.min_by_key(|one| {
        let made_it = one.merge_commit.as_ref().is_some_and(|made| made.oid == sha);
        (!made_it, one.number)
    })
}

impl Commits<'_> {
    /// Keeps a commit back until its pull request is known.
    pub(super) async fn keep_back(&mut self, undecided: Undecided) -> Result<(), QueryError> {
        self.undecided.push(undecided);
        if self.undecided.len() >= PAGE as usize { self.decide().await } else { Ok(()) }
    }

    /// Finds the pull requests of the commits that were kept back, and hands both on.
    pub(super) async fn decide(&mut self) -> Result<(), QueryError> {
        let undecided = std::mem::take(&mut self.undecided);
        if undecided.is_empty() {
            return Ok(());
        }
        let repo = self.repo.name.clone();
        let (owner, name) = parts(&repo)?;
        let shas: Vec<&str> = undecided.iter().map(|one| one.commit.sha.as_str()).collect();
        let mut holders: Vec<Vec<Candidate>> = Vec::new();
        let ask = |range: Range<usize>| {
            let mut variables = Map::from_iter([("owner".to_owned(), json!(owner)), ("name".to_owned(), json!(name))]);
            let some = shas.get(range).unwrap_or_default();
            variables.extend(some.iter().enumerate().map(|(index, sha)| (format!("oid{index}"), json!(sha))));
            (associated_of(some.len()), Value::Object(variables))
        };
        let take = |range: Range<usize>, mut page: wire::InRepository<BTreeMap<String, Option<Holders>>>| {
            holders.extend(range.enumerate().map(|(index, _)| {
                let own = page.repository.remove(&format!("c{index}")).flatten();
                own.and_then(|own| own.associated_pull_requests).map(|list| list.nodes).unwrap_or_default()
            }));
        };
        self.in_parts(shas.len(), ask, take).await?;
        let found: Vec<Option<Candidate>> =
            holders.into_iter().zip(&shas).map(|(list, sha)| chosen(&repo, sha, list)).collect();
        let (mut commits, mut known, mut wanted) = (Vec::new(), BTreeMap::new(), Vec::new());
        let mut asked = FxHashSet::default();
        for (Undecided { mut commit, shown }, found) in undecided.into_iter().zip(found) {
            commit.pull_request = found.as_ref().map(|found| found.number);
            commits.push(commit);
            if let Some(shown) = shown {
                known.insert(shown.id.clone(), shown);
            }
            wanted.extend(
                found.filter(|found| !self.pull_requests.contains(&found.number) && asked.insert(found.number)),
            );
        }
        let (mut pull_requests, mut ids) = (Vec::new(), Vec::new());
        for candidate in wanted {
            match known.remove(&candidate.id) {
                Some(shown) => pull_requests.push(shown),
                None => ids.push(candidate.id),
            }
        }
        let ask = |range: Range<usize>| (PULL_REQUESTS.to_owned(), json!({"ids": ids.get(range).unwrap_or_default()}));
        let take = |_: Range<usize>, page: PullRequests| pull_requests.extend(page.nodes);
        self.in_parts(ids.len(), ask, take).await?;
        let mut rows = Vec::new();
        for pull_request in pull_requests {
            rows.extend(self.pull_request(pull_request).await?);
        }
        let rows = [Rows::Commits(commits), Rows::PullRequests(rows)];
        let rows = rows.into_iter().filter(|rows| !rows.is_empty()).collect();
        Ok(self.source.send(Event::Page { scope: repo, rows, cursor: self.cursor.clone() }).await?)
    }

    /// Asks about so many things, as many to a request as GitHub answers for, in order.
    async fn in_parts<T: DeserializeOwned>(
        &self,
        count: usize,
        ask: impl Fn(Range<usize>) -> (String, Value),
        mut take: impl FnMut(Range<usize>, T),
    ) -> Result<(), QueryError> {
        let (mut size, mut from) = (PageSize::default(), 0);
        while from < count {
            let range = from..count.min(from + size.first() as usize);
            let (query, variables) = ask(range.clone());
            match self.source.api.query(&self.repo.name, &query, variables).await {
                Ok(page) => {
                    size.came();
                    from = range.end;
                    take(range, page);
                }
                Err(QueryError::Heavy(cause)) => {
                    let nth = size.was_too_much(&cause)?;
                    self.source.api.pause(nth).await;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
