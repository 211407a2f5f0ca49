//! The common part of systems that deploy and hold no commits: CI servers, release managers, controllers of clusters.
//!
//! Such a system has [`Named`] lists of deployments: the builds of a job, the releases of a project, the syncs of an
//! application. A provider finds the lists and reads their pages ([`System`]). This module decides what is read in which
//! order and what is covered afterwards; it also makes the estimate and checks the key. Commits come from another
//! source: from the git server, or from a clone.

mod account;
mod extent;
mod mark;
mod pages;
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
    /// The word for several lists, in messages.
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

    /// What else changes which rows are read, and no figure if they are read whole.
    fn paged(&self) -> String {
        String::new()
    }

    /// The lists to read.
    fn lists(&self, api: &Api) -> impl Future<Output = Result<Vec<Named<Self::Place>>, QueryError>> + Send;

    /// A page of a list. The pages reach back to `from`, in any order; `next` comes from the previous page.
    fn page(
        &self,
        api: &Api,
        list: &Named<Self::Place>,
        from: Timestamp,
        next: Option<&str>,
    ) -> impl Future<Output = Result<Page, QueryError>> + Send;

    /// The maximum number of rows of a list since an instant, found with few requests; `None` if only reading the list
    /// shows it.
    fn extent(
        &self,
        _: &Api,
        _: &Named<Self::Place>,
        _: Timestamp,
    ) -> impl Future<Output = Result<Option<u64>, QueryError>> + Send {
        async { Ok(None) }
    }
}

/// A list of deployments.
#[derive(Debug, Clone)]
pub(super) struct Named<P> {
    /// The name that people use; unique within the account.
    pub(super) name: String,
    /// The repo that it deploys, if that is known before a row is read.
    pub(super) repo: Option<String>,
    pub(super) place: P,
}

/// Rows of a list.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    /// Where the next page is; `None` if no further page is needed.
    pub(super) next: Option<String>,
    /// Number of entries that are null or have no start time.
    pub(super) skipped: usize,
    /// The system has dropped everything older than this.
    pub(super) kept_from: Option<Timestamp>,
    /// Whether the first row should be the last row of the page before.
    pub(super) overlaps: bool,
    /// The number of rows of the whole list, if the system says it.
    pub(super) total: Option<u64>,
    /// Why this may not be the last page although it names no next one. Ignored if the total equals the number of
    /// rows of all pages.
    pub(super) may_go_on: Option<QueryError>,
}

/// The fields of a row that differ between systems.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// Its id in the system, unique within the source. It stays if the list is renamed, and a list that is made anew under
    /// the same name has other ids.
    pub(super) id: String,
    /// Its repo, if the list has no repo.
    pub(super) repo: Option<String>,
    pub(super) environment: Option<String>,
    pub(super) sha: Option<String>,
    pub(super) r#ref: Option<String>,
    /// One of the states of [`crate::domain::status`], else the system's own word.
    pub(super) status: String,
    pub(super) created_at: Timestamp,
    pub(super) finished_at: Option<Timestamp>,
    pub(super) creator: Option<String>,
    pub(super) url: Option<String>,
}

impl Row {
    /// The event; `None` if the repo is unknown.
    fn into_deployment<S: System>(self, system: &S, repo: Option<&str>, observed_at: Timestamp) -> Option<Deployment> {
        let is_under_way = matches!(self.status.as_str(), "in_progress" | "queued" | "waiting" | "pending");
        Some(Deployment {
            source: system.source().to_owned(),
            id: of_kind(system.kind(), &self.id),
            repo: self.repo.or_else(|| repo.map(str::to_owned))?,
            environment: self.environment,
            sha: self.sha.filter(|sha| is_sha(sha)),
            r#ref: self.r#ref.filter(|named| !named.is_empty()),
            status: self.status,
            created_at: self.created_at,
            finished_at: self.finished_at.filter(|_| !is_under_way),
            task: system.kind().task().map(str::to_owned),
            creator: self.creator.filter(|name| !name.is_empty()),
            url: self.url,
            observed_at,
        })
    }
}

/// The id of a row. The ids of a system may look like those of another kind.
fn of_kind(kind: DeploymentKind, id: &str) -> String {
    let own = kind.id(id);
    if DeploymentKind::of(&own) == kind { own } else { format!("#{own}") }
}

/// The revision of a build may be `HEAD` until its checkout, and the revision of a chart is a version like `1.2.3`.
fn is_sha(text: &str) -> bool {
    (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
