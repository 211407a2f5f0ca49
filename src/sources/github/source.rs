//! What every part of a run shares: the plan, what is known, the API, and where events go.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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
}

impl Source {
    pub(super) fn new(api: Api, plan: Plan, known: Known, events: Sender<Event>) -> Self {
        let of_repo = |(name, repo): (&String, &KnownRepo)| {
            let ids: Vec<_> = repo.deployments.iter().map(|one| (one.id.clone(), name.clone())).collect();
            ids
        };
        let homes = known.iter().flat_map(of_repo).collect();
        Self { api, plan, events, known, homes, formerly: Mutex::default() }
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

    /// The other repo under which a deployment is known, if this one is new to us: it was renamed since.
    pub(super) fn former_name(&self, name: &str, id: &str) -> Option<String> {
        if self.known_as(name).is_some() {
            return None;
        }
        self.homes.get(id).cloned()
    }

    /// Notes that a repo goes by another name, and says so where something is known of it.
    pub(super) async fn renamed(&self, from: &str, to: &str) -> Result<(), GitHubError> {
        let Some((from, _)) = self.known_as(from) else { return Ok(()) };
        if from.eq_ignore_ascii_case(to) {
            return Ok(());
        }
        let entry = (to.to_lowercase(), from.clone());
        self.formerly.lock().unwrap_or_else(PoisonError::into_inner).extend([entry]);
        self.send(Event::Renamed { from: from.clone(), to: to.to_owned() }).await
    }

    /// Asks for a page, a smaller one where it is too much; `variables` takes the size.
    pub(super) async fn page<T: DeserializeOwned>(
        &self,
        what: &str,
        size: &mut PageSize,
        query: &str,
        variables: impl Fn(u32) -> Value,
    ) -> Result<T, QueryError> {
        loop {
            let first = size.first();
            match self.api.query(query, variables(first)).await {
                Ok(page) => {
                    size.came();
                    return Ok(page);
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
    name.split_once('/').ok_or_else(|| QueryError::Here(format!("`{name}` is no repo; write `owner/name`")))
}
