//! The state that all parts of a run share: the plan, the known history, the API, and the channel for events.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use rustc_hash::FxHashMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::error::{GitHubError, QueryError};
use super::page::PageSize;
use super::{Event, Known, KnownRepo, Plan};

/// One run.
pub(super) struct Source {
    pub(super) api: Api,
    pub(super) plan: Plan,
    pub(super) events: Sender<Event>,
    known: Known,
    /// The repo under which a deployment is known, by its id.
    homes: FxHashMap<String, String>,
    /// What is known of a repo stands under another name: by the name now, in lower case.
    formerly: Mutex<BTreeMap<String, String>>,
    /// The repos of this run, in lower case.
    live: OnceLock<BTreeSet<String>>,
    /// Ids of workflows, by repo and name.
    pub(super) workflows: Mutex<BTreeMap<(String, String), u64>>,
}

impl Source {
    pub(super) fn new(api: Api, plan: Plan, known: Known, events: Sender<Event>) -> Self {
        let of_repo = |(name, repo): (&String, &KnownRepo)| {
            let ids: Vec<_> = repo.deployments.iter().map(|one| (one.id.clone(), name.clone())).collect();
            ids
        };
        let homes = known.iter().flat_map(of_repo).collect();
        let (formerly, live, workflows) = (Mutex::default(), OnceLock::new(), Mutex::default());
        Self { api, plan, events, known, homes, formerly, live, workflows }
    }

    /// Hands an event on, and after a page what is left to ask with.
    pub(super) async fn send(&self, event: Event) -> Result<(), GitHubError> {
        let is_page = matches!(event, Event::Page { .. });
        self.events.send(event).await.map_err(|_| GitHubError::Abandoned)?;
        match self.api.budget_left() {
            Some(budget) if is_page => {
                self.events.send(Event::Budget(budget)).await.map_err(|_| GitHubError::Abandoned)
            }
            _ => Ok(()),
        }
    }

    /// What is known of a repo, its name in any case of letters; nothing where all is to be read again.
    pub(super) fn known(&self, name: &str) -> Cow<'_, KnownRepo> {
        let found = if self.plan.full { None } else { self.known_as(name) };
        found.map_or_else(|| Cow::Owned(KnownRepo::default()), |(_, known)| Cow::Borrowed(known))
    }

    /// The entry of a repo, under this name or a former one.
    fn known_as(&self, name: &str) -> Option<(&String, &KnownRepo)> {
        let own = || self.known.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        let former = || {
            let formerly = self.formerly.lock().unwrap_or_else(PoisonError::into_inner);
            self.known.get_key_value(formerly.get(&name.to_lowercase())?)
        };
        self.known.get_key_value(name).or_else(own).or_else(former)
    }

    /// Says which repos this run reads.
    pub(super) fn reads<'n>(&self, names: impl Iterator<Item = &'n str>) {
        // Only the first list counts, and there is no other.
        let _ = self.live.set(names.map(str::to_lowercase).collect());
    }

    /// The other repo under which a deployment is known, if this one is new to us: it was renamed since. Not so where
    /// that name is a repo's now: another one has taken it, and each is read for itself.
    pub(super) fn former_name(&self, name: &str, id: &str) -> Option<String> {
        if self.known_as(name).is_some() {
            return None;
        }
        let is_taken = |home: &&String| self.live.get().is_some_and(|live| live.contains(&home.to_lowercase()));
        self.homes.get(id).filter(|home| !is_taken(home)).cloned()
    }

    /// Notes that a repo goes by another name, and says so where something is known of it.
    pub(super) async fn renamed(&self, from: &str, to: &str) -> Result<(), GitHubError> {
        let Some((key, _)) = self.known_as(from) else { return Ok(()) };
        if from.eq_ignore_ascii_case(to) {
            return Ok(());
        }
        // Renamed before within this run, it was moved there already.
        let moved = self.formerly.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&from.to_lowercase());
        let home = if moved { from.to_owned() } else { key.clone() };
        self.formerly.lock().unwrap_or_else(PoisonError::into_inner).insert(to.to_lowercase(), key.clone());
        self.send(Event::Renamed { from: home, to: to.to_owned() }).await
    }

    /// Says when the token ends, and what was skipped in GitHub's replies.
    pub(super) async fn say_last(&self) -> Result<(), GitHubError> {
        if let Some(end) = self.api.token_end() {
            self.send(Event::TokenEnd(end)).await?;
        }
        for text in self.api.skipped.take() {
            self.send(Event::Notice(text)).await?;
        }
        Ok(())
    }

    /// Asks for a page of the repo `what`, a smaller one where it is too much; `variables` takes the size.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        what: &str,
        size: &mut PageSize,
        query: &str,
        variables: impl Fn(u32) -> Value,
    ) -> Result<T, QueryError> {
        size.goes_on(&variables(0))?;
        Ok(self.sized(what, size, |first| (Cow::Borrowed(query), variables(first))).await?.1)
    }

    /// Asks for as much of the repo `what` as GitHub answers at a time, less where it is too much; `ask` gives query and
    /// variables for a size. Gives back the size that was answered, too.
    pub(super) async fn sized<'q, T: DeserializeOwned>(
        &self,
        what: &str,
        size: &mut PageSize,
        ask: impl Fn(u32) -> (Cow<'q, str>, Value),
    ) -> Result<(u32, T), QueryError> {
        loop {
            let first = size.first();
            let (query, variables) = ask(first);
            match self.api.query_page(what, &query, variables, |data| size.holds(data)).await {
                Ok(page) => {
                    size.came();
                    return Ok((first, page));
                }
                Err(QueryError::Heavy(cause)) => {
                    let nth = size.was_too_much(&cause)?;
                    let next = size.first();
                    if next < first {
                        let notice =
                            format!("{what}: GitHub could not answer for {first} at a time; asking for {next}");
                        self.send(Event::Notice(notice)).await?;
                    }
                    self.api.pause(nth).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// `owner/name` in its two parts.
pub(super) fn parts(name: &str) -> Result<(&str, &str), QueryError> {
    name.split_once('/').ok_or_else(|| QueryError::Here(format!("`{name}` is not a repo; write `owner/name`")))
}
