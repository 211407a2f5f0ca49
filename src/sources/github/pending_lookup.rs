//! Commits for which a page does not decide which pull request brought them.
//!
//! A page of commits shows the first pull request of each and says how many there are. Commits for which that does not
//! decide are kept back and asked about together, many at a time; only then are they handed on, so that a run
//! that ends before reads them again.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashSet;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::associated::{Candidate, PendingLookup, chosen};
use super::commits::Commits;
use super::error::QueryError;
use super::page::PageSize;
use super::queries::{ONE_BY_ONE, PAGE, associated_of, pull_requests_of};
use super::source::parts;
use super::{Event, wire};
use crate::domain::event::Rows;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Holders {
    associated_pull_requests: Option<wire::Nodes<Candidate>>,
}

#[derive(Debug, Deserialize)]
struct PullRequests {
    #[serde(rename = "rateLimit")]
    _rate_limit: Value,
    /// By alias.
    #[serde(flatten)]
    parts: BTreeMap<String, Vec<wire::PullRequest>>,
}

impl Commits<'_> {
    /// Keeps a commit back until its pull request is known.
    pub(super) async fn keep_back(&mut self, undecided: PendingLookup) -> Result<(), QueryError> {
        self.undecided.push(undecided);
        if self.undecided.len() >= ONE_BY_ONE as usize { self.decide().await } else { Ok(()) }
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
            (associated_of(some.len()).into(), Value::Object(variables))
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
        for (PendingLookup { mut commit, shown }, found) in undecided.into_iter().zip(found) {
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
        let ask = |range: Range<usize>| {
            let some = ids.get(range).unwrap_or_default();
            let parts = some.chunks(PAGE as usize).enumerate();
            let variables = parts.map(|(part, ids)| (format!("ids{part}"), json!(ids))).collect();
            (pull_requests_of(some.len()).into(), Value::Object(variables))
        };
        let take = |_: Range<usize>, page: PullRequests| pull_requests.extend(page.parts.into_values().flatten());
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
        ask: impl Fn(Range<usize>) -> (Cow<'static, str>, Value),
        mut take: impl FnMut(Range<usize>, T),
    ) -> Result<(), QueryError> {
        let (mut size, mut from) = (PageSize::of(ONE_BY_ONE), 0);
        while from < count {
            let range = |first: u32| from..count.min(from + first as usize);
            let (first, page) = self.source.sized(&self.repo.name, &mut size, |first| ask(range(first))).await?;
            let range = range(first);
            from = range.end;
            take(range, page);
        }
        Ok(())
    }
}
