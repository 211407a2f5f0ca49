//! Reads every list of a system and says which repos are covered then.
//!
//! A repo is covered if every list that may hold its deployments was read: the lists of this repo, and all lists whose
//! repo is known only from their rows. An interrupted run keeps its rows, marks the lists that it read whole, and covers
//! the repos that it finished.
//!
//! A deployment that does not name its repo may be of any of them: then coverage begins after it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::mpsc::Sender;

use super::mark::{self, Mark, begin};
use super::pages::Pages;
use super::{Named, System};
use crate::domain::coverage::Coverage;
use crate::domain::event::{Deployment, Rows, Table};
use crate::domain::time::{Span, Timestamp};
use crate::domain::words::within_a_message;
use crate::sources::event::{Event, backwards, counted};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::{QueryError, SourceError};
use crate::sources::incidents::{Known, Plan};

/// One run over a system.
pub(super) struct Reading<'a, S> {
    pub(super) system: &'a S,
    pub(super) api: &'a Api,
    pub(super) plan: &'a Plan,
    pub(super) known: &'a Known,
    pub(super) events: &'a Sender<Event>,
}

/// A repo whose lists are read.
#[derive(Clone)]
struct Home {
    /// As the source writes it.
    name: String,
    /// How many of its own lists are still to be read.
    left: usize,
    /// The start of the span that all lists have been read for.
    from: Timestamp,
    /// Why a list was not read, and whether the key was refused.
    failure: Option<(String, bool)>,
}

/// The result of reading a list.
struct Read {
    name: String,
    /// The repos of its rows, now and in earlier runs.
    repos: BTreeSet<String>,
    /// Whether all of its rows were wanted.
    is_whole: bool,
    /// The start of the span that was read; or why the list was not read, and whether the key was refused.
    outcome: Result<Timestamp, (String, bool)>,
}

impl Home {
    fn new(name: String, from: Timestamp) -> Self {
        Self { name, left: 0, from, failure: None }
    }

    /// Takes the result of a list that may hold deployments of this repo.
    fn take(&mut self, read: &Read) {
        match &read.outcome {
            // A list whose repo is unknown may have dropped rows of this repo.
            Ok(from) => self.from = self.from.max(*from),
            Err((reason, is_denied)) => self.failure = Some((format!("{}: {reason}", read.name), *is_denied)),
        }
    }
}

impl<S: System> Reading<'_, S> {
    /// Reads everything; an error if nothing can be read.
    pub(super) async fn read(&self) -> Result<(), SourceError> {
        let lists = wanted(lists(self.system, self.api).await?, self.plan);
        let (own, open): (Vec<_>, Vec<_>) = lists.into_iter().partition(|list| list.repo.is_some());
        // First the lists whose repo is unknown: every repo depends on them.
        let reads: Vec<_> = open.iter().map(|list| self.list(list)).collect();
        let open: Vec<Read> = stream::iter(reads).buffered(self.plan.concurrency.max(1)).try_collect().await?;
        let mut homes: BTreeMap<String, Home> = BTreeMap::new();
        for list in &own {
            let repo = list.repo.clone().unwrap_or_default();
            homes.entry(repo.to_lowercase()).or_insert_with(|| Home::new(repo, self.plan.since)).left += 1;
        }
        for repo in open.iter().flat_map(|read| &read.repos).filter(|repo| is_wanted(repo, self.plan)) {
            homes.entry(repo.to_lowercase()).or_insert_with(|| Home::new(repo.clone(), self.plan.since));
        }
        for read in &open {
            for home in homes.values_mut() {
                home.take(read);
            }
            if let Err((reason, is_denied)) = &read.outcome {
                let (scope, reason, is_denied) = (read.name.clone(), reason.clone(), *is_denied);
                self.send(Event::Failed { scope, reason, is_denied }).await?;
            }
        }
        for home in homes.values().filter(|home| home.left == 0) {
            self.end(home).await?;
        }
        let homes = Mutex::new(homes);
        let reads: Vec<_> = own.iter().map(|list| self.own(list, &homes)).collect();
        let mut reads = stream::iter(reads).buffer_unordered(self.plan.concurrency.max(1));
        while let Some(read) = reads.next().await {
            read?;
        }
        Ok(())
    }

    /// Reads a list whose repo is known, and reports the result of the repo after its last list. An event is sent here and
    /// not where the results are collected: a reading that is not polled may hold the place of the next event.
    async fn own(&self, list: &Named<S::Place>, homes: &Mutex<BTreeMap<String, Home>>) -> Result<(), SourceError> {
        let read = self.list(list).await?;
        let repo = list.repo.as_deref().unwrap_or_default().to_lowercase();
        let ended = {
            let mut homes = homes.lock().unwrap_or_else(PoisonError::into_inner);
            homes.get_mut(&repo).and_then(|home| {
                home.take(&read);
                home.left = home.left.saturating_sub(1);
                (home.left == 0).then(|| home.clone())
            })
        };
        match ended {
            Some(home) => self.end(&home).await,
            None => Ok(()),
        }
    }

    /// Reports the result for a repo.
    async fn end(&self, home: &Home) -> Result<(), SourceError> {
        let scope = home.name.clone();
        if let Some((reason, is_denied)) = &home.failure {
            return self.send(Event::Failed { scope, reason: reason.clone(), is_denied: *is_denied }).await;
        }
        // A system that has dropped everything leaves nothing covered.
        let spans = vec![Span { from: home.from.min(self.plan.began), to: self.plan.began }];
        let covered = Coverage {
            table: Table::Deployments,
            source: self.system.source().to_owned(),
            scope: scope.clone(),
            spans,
        };
        self.send(Event::Done { scope, covered: vec![covered] }).await
    }

    async fn list(&self, list: &Named<S::Place>) -> Result<Read, SourceError> {
        let before = Mark::of(&list.name, self.known).filter(|_| !self.plan.full);
        let mut repos: BTreeSet<String> = list.repo.iter().cloned().collect();
        repos.extend(before.iter().flat_map(|mark| mark.repos.iter().cloned()));
        let outcome = Ok(self.plan.since);
        let mut read = Read { name: list.name.clone(), repos, is_whole: true, outcome };
        match self.pages(list, &mut read).await {
            Ok(Span { from, to: kept_from }) => {
                // Where nothing was dropped since, the list is known from where the first run began.
                let since = before.filter(|_| from > self.plan.since && kept_from == from).map(|mark| mark.since);
                let since = since.unwrap_or(kept_from);
                read.outcome = Ok(since);
                if read.is_whole {
                    let mark = Mark { since, to: self.plan.began, repos: read.repos.clone() };
                    self.send(Event::Cursor { scope: mark::scope(&list.name), cursor: mark.text() }).await?;
                }
            }
            Err(error) => read.outcome = Err(error.reason()?),
        }
        Ok(read)
    }

    /// Reads the pages of a list; returns the instant from which it was asked for, and the one from which it has its rows.
    async fn pages(&self, list: &Named<S::Place>, read: &mut Read) -> Result<Span, QueryError> {
        let from = begin(list, self.plan, self.known);
        let mut pages = Pages::new(self.system, self.api, list, from);
        let (mut without_repo, mut ending_early, mut kept_from) = (0, 0, from);
        let mut began_at: HashMap<String, Timestamp> = HashMap::new();
        while let Some(page) = pages.next().await? {
            kept_from = kept_from.max(page.kept_from.unwrap_or(from));
            let mut by_repo: BTreeMap<String, Vec<Deployment>> = BTreeMap::new();
            for row in page.rows.into_iter().filter(|row| row.created_at >= from) {
                let before = began_at.insert(row.id.clone(), row.created_at);
                ending_early +=
                    usize::from(before.is_none() && row.finished_at.is_some_and(|end| end < row.created_at));
                if before.is_some_and(|before| before != row.created_at) {
                    let words =
                        "two deployments have the id {} and different start times, so ids do not tell them apart";
                    return Err(QueryError::Here(words.replace("{}", &within_a_message(&row.id))));
                }
                let (began, counts) = (row.created_at, matches!(row.status.as_str(), "success" | "failure" | "error"));
                match row.into_deployment(self.system, list.repo.as_deref(), self.plan.began) {
                    Some(row) => by_repo.entry(row.repo.clone()).or_default().push(row),
                    // It may be of any repo, so none is read completely until after it.
                    None if counts => {
                        // A row may come again, on the next page or if the list is read again.
                        without_repo += usize::from(before.is_none());
                        kept_from = kept_from.max(Timestamp(began.0.saturating_add(1)));
                    }
                    None => {}
                }
            }
            let shown = by_repo.len();
            by_repo.retain(|repo, _| is_wanted(repo, self.plan));
            read.is_whole &= by_repo.len() == shown;
            read.repos.extend(by_repo.keys().cloned());
            for (scope, rows) in by_repo {
                self.send(Event::Page { scope, rows: vec![Rows::Deployments(rows)], cursor: None }).await?;
            }
            if let Some(budget) = self.api.budget_left() {
                self.send(Event::Budget(budget)).await?;
            }
        }
        let skipped = pages.skipped();
        if skipped > 0 {
            let words = if skipped == 1 {
                "entry is null or has no start time; it was skipped"
            } else {
                "entries are null or have no start time; they were skipped"
            };
            self.send(Event::Notice(format!("{}: {skipped} {words}", list.name))).await?;
        }
        if let Some(text) = backwards(ending_early) {
            self.send(Event::Notice(format!("{}: {text}", list.name))).await?;
        }
        if pages.missing > 0 {
            let more = counted(pages.missing, "more deployment");
            let words = format!("the service counts {more} than it lists; check whether the key may read all of them");
            self.send(Event::Notice(format!("{}: {words}", list.name))).await?;
        }
        if without_repo > 0 {
            let words = if without_repo == 1 {
                "deployment does not name its repo and was skipped; it"
            } else {
                "deployments do not name their repo and were skipped; they"
            };
            let text = format!(
                "{}: {without_repo} {words} may be of any repo of this source, so its figures begin after {kept_from}",
                list.name
            );
            self.send(Event::Notice(text)).await?;
        }
        if kept_from > self.plan.began {
            let words = "the system has dropped its whole history, so nothing of it is covered before this run";
            self.send(Event::Notice(format!("{}: {words}", list.name))).await?;
        }
        Ok(Span { from, to: kept_from })
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
