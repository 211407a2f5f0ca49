//! Reads every list of a system and says which repos are covered then.
//!
//! A repo is covered if every list that may hold its deployments was read: the lists of this repo, and all lists whose
//! repo is known only from their rows. A later run reads a list again from 14 days before the end of coverage, or from
//! its oldest unfinished row of the last 90 days. A list without a row in the dataset is read from the beginning. An
//! interrupted run keeps its rows and covers the repos that it finished.
//!
//! A deployment that does not name its repo may be of any of them: then coverage begins after it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use futures_util::stream::{self, StreamExt};
use tokio::sync::mpsc::Sender;

use super::{Named, Page, System, is_of};
use crate::domain::coverage::Coverage;
use crate::domain::event::{Deployment, Rows, Table};
use crate::domain::time::{Span, Timestamp};
use crate::sources::event::Event;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::{QueryError, SourceError};
use crate::sources::incidents::{Known, Plan, SETTLED_MS};

/// How long an unfinished row is asked for again.
const UNFINISHED_MS: i64 = 90 * 86_400_000;

/// One run over a system.
pub(super) struct Reading<'a, S> {
    pub(super) system: &'a S,
    pub(super) api: &'a Api,
    pub(super) plan: &'a Plan,
    pub(super) known: &'a Known,
    pub(super) events: &'a Sender<Event>,
}

/// A repo with its name as the source writes it, and the lists that hold only its deployments.
type RepoLists<P> = (String, Vec<Named<P>>);

/// The result of reading a list.
struct Read {
    name: String,
    /// The repos of its rows, as they were written.
    repos: BTreeSet<String>,
    /// The start of the span that was read; or why the list was not read, and whether the key was refused.
    outcome: Result<Timestamp, (String, bool)>,
}

impl<S: System> Reading<'_, S> {
    /// Reads everything; an error if nothing can be read.
    pub(super) async fn read(&self) -> Result<(), SourceError> {
        let lists = wanted(lists(self.system, self.api).await?, self.plan);
        let (own, open): (Vec<_>, Vec<_>) = lists.into_iter().partition(|list| list.repo.is_some());
        // First the lists whose repo is unknown: every repo depends on them.
        let open = self.all(&open).await?;
        let mut repos: BTreeMap<String, RepoLists<S::Place>> = BTreeMap::new();
        for list in own {
            let repo = list.repo.clone().unwrap_or_default();
            repos.entry(repo.to_lowercase()).or_insert_with(|| (repo, Vec::new())).1.push(list);
        }
        for repo in open.iter().flat_map(|read| read.repos.iter().cloned().chain(self.known_repos(&read.name))) {
            repos.entry(repo.to_lowercase()).or_insert_with(|| (repo, Vec::new()));
        }
        for read in &open {
            if let Err((reason, is_denied)) = &read.outcome {
                let (scope, reason, is_denied) = (read.name.clone(), reason.clone(), *is_denied);
                self.send(Event::Failed { scope, reason, is_denied }).await?;
            }
        }
        let ends: Vec<_> = repos.into_values().map(|(repo, lists)| self.repo(repo, lists, &open)).collect();
        let mut ends = stream::iter(ends).buffer_unordered(self.plan.concurrency.max(1));
        while let Some(end) = ends.next().await {
            end?;
        }
        Ok(())
    }

    /// Reads the lists of a repo and reports the result.
    async fn repo(&self, repo: String, lists: Vec<Named<S::Place>>, open: &[Read]) -> Result<(), SourceError> {
        let own = self.all(&lists).await?;
        let mut from = self.plan.since;
        for read in own.iter().chain(open) {
            match &read.outcome {
                // A list whose repo is unknown may have dropped rows of this repo.
                Ok(read_from) => from = from.max(*read_from),
                Err((reason, is_denied)) => {
                    let reason = format!("{}: {reason}", read.name);
                    return self.send(Event::Failed { scope: repo, reason, is_denied: *is_denied }).await;
                }
            }
        }
        // A system that has dropped everything leaves nothing covered.
        let spans = vec![Span { from: from.min(self.plan.began), to: self.plan.began }];
        let covered =
            Coverage { table: Table::Deployments, source: self.system.source().to_owned(), scope: repo.clone(), spans };
        self.send(Event::Done { scope: repo, covered: vec![covered] }).await
    }

    async fn all(&self, lists: &[Named<S::Place>]) -> Result<Vec<Read>, SourceError> {
        let reads: Vec<_> = lists.iter().map(|list| self.list(list)).collect();
        let mut reads = stream::iter(reads).buffered(self.plan.concurrency.max(1));
        let mut done = Vec::new();
        while let Some(read) = reads.next().await {
            done.push(read?);
        }
        Ok(done)
    }

    async fn list(&self, list: &Named<S::Place>) -> Result<Read, SourceError> {
        let mut read = Read { name: list.name.clone(), repos: BTreeSet::new(), outcome: Ok(self.plan.since) };
        match self.pages(list, &mut read.repos).await {
            Ok(from) => read.outcome = Ok(from),
            Err(error) => read.outcome = Err(error.reason()?),
        }
        Ok(read)
    }

    /// Reads the pages of a list; returns the start of the span that was read.
    async fn pages(&self, list: &Named<S::Place>, repos: &mut BTreeSet<String>) -> Result<Timestamp, QueryError> {
        let from = begin(list, self.plan, self.known);
        let (mut next, mut before) = (None::<String>, HashSet::new());
        let (mut skipped, mut without_repo, mut kept_from) = (0, 0, from);
        loop {
            let page: Page = self.system.page(self.api, list, from, next.as_deref()).await?;
            skipped += page.skipped;
            kept_from = kept_from.max(page.kept_from.unwrap_or(from));
            let mut by_repo: BTreeMap<String, Vec<Deployment>> = BTreeMap::new();
            for row in page.rows.into_iter().filter(|row| row.created_at >= from) {
                let (began, counts) = (row.created_at, matches!(row.status.as_str(), "success" | "failure" | "error"));
                match row.into_deployment(self.system, &list.name, list.repo.as_deref(), self.plan.began) {
                    Some(row) => by_repo.entry(row.repo.clone()).or_default().push(row),
                    // It may be of any repo, so none is read completely until after it.
                    None if counts => {
                        without_repo += 1;
                        kept_from = kept_from.max(Timestamp(began.0.saturating_add(1)));
                    }
                    None => {}
                }
            }
            by_repo.retain(|repo, _| is_wanted(repo, self.plan));
            repos.extend(by_repo.keys().cloned());
            for (scope, rows) in by_repo {
                self.send(Event::Page { scope, rows: vec![Rows::Deployments(rows)], cursor: None }).await?;
            }
            if let Some(budget) = self.api.budget_left() {
                self.send(Event::Budget(budget)).await?;
            }
            let Some(further) = page.next else { break };
            if !before.insert(further.clone()) {
                let words = "a reply names a page that was already read, so the list has no end; run again later";
                return Err(QueryError::Here(words.into()));
            }
            next = Some(further);
        }
        if skipped > 0 {
            let words = "entries are null or have no start time; they were skipped";
            self.send(Event::Notice(format!("{}: {skipped} {words}", list.name))).await?;
        }
        if without_repo > 0 {
            let text = format!(
                "{}: {without_repo} deployments do not name their repo and were skipped; they may be of any repo of this source, \
                 so its figures begin after {kept_from}",
                list.name
            );
            self.send(Event::Notice(text)).await?;
        }
        Ok(kept_from)
    }

    /// The repos under which the dataset has rows of a list.
    fn known_repos(&self, list: &str) -> Vec<String> {
        let of_list =
            self.known.repos.iter().filter(|(_, repo)| repo.deployments.iter().any(|row| is_of(&row.id, list)));
        of_list.map(|(name, _)| name.clone()).filter(|name| is_wanted(name, self.plan)).collect()
    }

    async fn send(&self, event: Event) -> Result<(), SourceError> {
        self.events.send(event).await.map_err(|_| SourceError::Abandoned)
    }
}

/// The lists of a system; an error where it has none.
pub(super) async fn lists<S: System>(system: &S, api: &Api) -> Result<Vec<Named<S::Place>>, SourceError> {
    let service = system.dialect().service;
    let lists = system.lists(api).await.map_err(|error| error.of(service))?;
    if lists.is_empty() {
        let cause = format!(
            "the key shows none of the configured {}; check their names and the permissions of the key",
            S::LISTS
        );
        return Err(SourceError::Nothing { service, cause });
    }
    Ok(lists)
}

/// The lists that this run may read.
pub(super) fn wanted<P>(lists: Vec<Named<P>>, plan: &Plan) -> Vec<Named<P>> {
    lists.into_iter().filter(|list| list.repo.as_ref().is_none_or(|repo| is_wanted(repo, plan))).collect()
}

fn is_wanted(repo: &str, plan: &Plan) -> bool {
    plan.only.is_empty() || plan.only.iter().any(|glob| glob.matches(repo))
}

/// The start of the span of a list that this run reads.
pub(super) fn begin<P>(list: &Named<P>, plan: &Plan, known: &Known) -> Timestamp {
    let rows = |repo: &'_ crate::sources::known::KnownRepo| {
        repo.deployments.iter().filter(|row| is_of(&row.id, &list.name)).cloned().collect::<Vec<_>>()
    };
    let with_rows: Vec<_> =
        known.repos.values().map(|repo| (repo, rows(repo))).filter(|(_, rows)| !rows.is_empty()).collect();
    if plan.full || with_rows.is_empty() {
        return plan.since;
    }
    let mut from = plan.began;
    for (repo, rows) in &with_rows {
        // Do not rely on coverage that was written with a clock that was ahead.
        let settled = repo.covered_to.filter(|to| *to <= plan.began);
        let (Some(to), true) = (settled, repo.covered_from.is_some_and(|from| from <= plan.since)) else {
            return plan.since;
        };
        let unfinished = rows.iter().filter(|row| !row.terminal).map(|row| row.created_at);
        let recent = unfinished.filter(|at| at.0 >= plan.began.0.saturating_sub(UNFINISHED_MS)).min();
        from = from.min(Timestamp(to.0.saturating_sub(SETTLED_MS))).min(recent.unwrap_or(from));
    }
    from.max(plan.since)
}
