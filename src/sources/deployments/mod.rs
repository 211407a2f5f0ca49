//! The common part of systems that deploy and hold no commits: CI servers, release managers, controllers of clusters.
//!
//! Such a system shows [`Named`] lists of deployments: the builds of a job, the releases of a project, the syncs of an
//! application. A provider says which lists there are and reads their pages ([`System`]); what is asked of them in which
//! order, what is covered afterwards, the estimate and the check of the key are here. Commits come from elsewhere: from
//! the git server, or from a clone.

mod account;
mod extent;
mod probe;
mod reading;
mod settings;
#[cfg(test)]
pub(super) mod testing;

use std::fmt::Debug;

use serde_json::Value;

use super::incidents::api::{Api, Dialect};
use super::incidents::error::QueryError;
use crate::domain::event::Deployment;
use crate::domain::kind::DeploymentKind;
use crate::domain::time::Timestamp;

pub(super) use self::settings::{environment, required, required_globs, settings};

/// A system with lists of deployments, and which of them are read.
pub(super) trait System: Debug + Clone + Send + Sync + 'static {
    /// What a list is called, several of them.
    const LISTS: &'static str;
    /// Requests that a page takes.
    const REQUESTS: u64 = 1;
    /// Where a list is.
    type Place: Send + Sync;

    /// The name under which its rows and coverage stand.
    fn source(&self) -> &str;

    /// Rows of a page, at most.
    fn page_rows(&self) -> u64 {
        100
    }

    /// What a row is.
    fn kind(&self) -> DeploymentKind;

    /// How it is asked.
    fn dialect(&self) -> Dialect;

    /// The user whose password the key is, if it is one.
    fn user(&self) -> Option<String> {
        None
    }

    /// Adds what else a request needs.
    fn signed(&self, api: Api) -> Api {
        api
    }

    /// What figures depend on.
    fn digest(&self) -> Value;

    /// The lists that are to be read.
    fn lists(&self, api: &Api) -> impl Future<Output = Result<Vec<Named<Self::Place>>, QueryError>> + Send;

    /// A page of a list, in any order that reaches back to `from`; `next` is what the page before gave.
    fn page(
        &self,
        api: &Api,
        list: &Named<Self::Place>,
        from: Timestamp,
        next: Option<&str>,
    ) -> impl Future<Output = Result<Page, QueryError>> + Send;

    /// How many rows a list has from an instant on, at most. Asks little.
    fn extent(
        &self,
        api: &Api,
        list: &Named<Self::Place>,
        from: Timestamp,
    ) -> impl Future<Output = Result<u64, QueryError>> + Send;
}

/// A list of deployments.
#[derive(Debug, Clone)]
pub(super) struct Named<P> {
    /// As people know it; no other list of the account has this name.
    pub(super) name: String,
    /// The repo whose revisions it deploys, where that is known before a row is read.
    pub(super) repo: Option<String>,
    pub(super) place: P,
}

/// Rows of a list.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    /// Where the next page is; nothing where none is needed.
    pub(super) next: Option<String>,
    /// Entries that are null, or that do not say when they began.
    pub(super) skipped: usize,
    /// The system has dropped what is older than this.
    pub(super) kept_from: Option<Timestamp>,
}

/// A row, as far as it differs from one system to the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// What the system calls it; no other of the list has this number.
    pub(super) number: String,
    /// Its own repo, where the list does not say it.
    pub(super) repo: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) sha: Option<String>,
    pub(super) r#ref: Option<String>,
    /// One of the states of [`crate::domain::status`], or in the system's words where it is none of them.
    pub(super) status: String,
    pub(super) created_at: Timestamp,
    pub(super) finished_at: Option<Timestamp>,
    pub(super) creator: Option<String>,
    pub(super) url: Option<String>,
}

impl Row {
    /// The event, where the row says which repo it is of.
    fn into_deployment<S: System>(
        self,
        system: &S,
        list: &str,
        repo: Option<&str>,
        observed_at: Timestamp,
    ) -> Option<Deployment> {
        let is_over = self.finished_at.filter(|_| is_terminal(&self.status));
        Some(Deployment {
            source: system.source().to_owned(),
            id: system.kind().id(&format!("{}@{list}", self.number)),
            repo: self.repo.or_else(|| repo.map(str::to_owned))?,
            environment: self.environment,
            sha: self.sha.filter(|sha| is_sha(sha)),
            r#ref: self.r#ref.filter(|named| !named.is_empty()),
            status: self.status,
            created_at: self.created_at,
            finished_at: is_over,
            task: system.kind().task().map(str::to_owned),
            creator: self.creator.filter(|name| !name.is_empty()),
            url: self.url,
            observed_at,
        })
    }
}

/// Whether a row with this id is of a list.
fn is_of(id: &str, list: &str) -> bool {
    id.split_once('@').is_some_and(|(_, of)| of == list)
}

fn is_terminal(status: &str) -> bool {
    matches!(status, "success" | "failure" | "error" | "cancelled" | "skipped")
}

/// A build may be of `HEAD` until its checkout, and a chart of `1.2.3`.
fn is_sha(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
