//! The state that all parts of a run share: the plan, the known history, the API, and the channel for events.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap;
use tokio::sync::mpsc::Sender;

use super::cursor::Cursor;
use super::details::Size;
use crate::domain::event::Rows;
use crate::sources::event::Event;
use crate::sources::incidents::Plan;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::{QueryError, SourceError};
use crate::sources::known::{KnownRepo, KnownRepos};

/// One run over the projects.
pub(super) struct Source {
    pub(super) api: Api,
    pub(super) plan: Plan,
    pub(super) only_production: bool,
    pub(super) events: Sender<Event>,
    pub(super) skipped: Skipped,
    pub(super) size: Size,
    known: KnownRepos,
    /// The project under which a deployment is known, by its id.
    homes: FxHashMap<String, String>,
    /// The projects of this run, in lower case.
    live: Mutex<BTreeSet<String>>,
}

/// Counts entries of lists that are null or lack what a row needs.
#[derive(Debug, Default)]
pub(super) struct Skipped(AtomicUsize);

impl Skipped {
    pub(super) fn add(&self, count: usize) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Source {
    pub(super) fn new(api: Api, plan: Plan, only_production: bool, known: KnownRepos, events: Sender<Event>) -> Self {
        let known = if plan.full { KnownRepos::new() } else { known };
        let of_repo = |(name, repo): (&String, &KnownRepo)| {
            let ids: Vec<_> = repo.deployments.iter().map(|one| (one.id.clone(), name.clone())).collect();
            ids
        };
        let homes = known.iter().flat_map(of_repo).collect();
        let (skipped, size, live) = (Skipped::default(), Size::default(), Mutex::default());
        Self { api, plan, only_production, events, skipped, size, known, homes, live }
    }

    /// Sets the projects that this run reads.
    pub(super) fn reads(&self, names: impl Iterator<Item = String>) {
        *self.live.lock().unwrap_or_else(PoisonError::into_inner) = names.map(|name| name.to_lowercase()).collect();
    }

    /// The known history of a project, by its name in any letter case.
    pub(super) fn known(&self, name: &str) -> Option<(&str, &KnownRepo)> {
        let own = self.known.get_key_value(name);
        let own = own.or_else(|| self.known.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)));
        own.map(|(name, known)| (name.as_str(), known))
    }

    /// The other project under which a deployment is known. Not so where that is a project of this run: another one has
    /// taken the name, and each is read for itself.
    pub(super) fn former_name(&self, name: &str, id: &str) -> Option<String> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let home = self.homes.get(id)?;
        let is_free = !home.eq_ignore_ascii_case(name) && !live.contains(&home.to_lowercase());
        is_free.then(|| home.clone())
    }

    /// Whether an environment is one whose deployments count.
    pub(super) fn counts(&self, environment: &str) -> bool {
        self.plan.environments.is_empty() || self.plan.environments.iter().any(|glob| glob.matches(environment))
    }

    /// Whether rows of an environment are kept.
    pub(super) fn keeps(&self, environment: Option<&str>) -> bool {
        !self.only_production || environment.is_some_and(|environment| self.counts(environment))
    }

    /// Hands on rows and the remaining request budget.
    pub(super) async fn page(&self, scope: &str, rows: Vec<Rows>, cursor: &Cursor) -> Result<(), QueryError> {
        let rows = rows.into_iter().filter(|rows| !rows.is_empty()).collect();
        self.send(Event::Page { scope: scope.to_owned(), rows, cursor: cursor.text() }).await?;
        if let Some(budget) = self.api.budget_left() {
            self.send(Event::Budget(budget)).await?;
        }
        Ok(())
    }

    /// Sends a notice to the user.
    pub(super) async fn say(&self, text: String) -> Result<(), SourceError> {
        self.send(Event::Notice(text)).await
    }

    pub(super) async fn send(&self, event: Event) -> Result<(), SourceError> {
        self.events.send(event).await.map_err(|_| SourceError::Abandoned)
    }
}
