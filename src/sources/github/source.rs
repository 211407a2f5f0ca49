//! What every part of a run shares: the plan, what is known, the API, and where events go.

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
    pub(super) known: Known,
    pub(super) events: Sender<Event>,
}

impl Source {
    /// Hands an event on.
    pub(super) async fn send(&self, event: Event) -> Result<(), GitHubError> {
        self.events.send(event).await.map_err(|_| GitHubError::Abandoned)
    }

    /// What is known of a repo, its name in any case of letters; nothing where all is to be read again.
    pub(super) fn known(&self, name: &str) -> Option<&KnownRepo> {
        if self.plan.full {
            return None;
        }
        let exact = self.known.get(name);
        exact.or_else(|| self.known.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, known)| known))
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
