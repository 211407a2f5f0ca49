//! The common part of the incident services: how requests are sent, how a long span is split into windows that the
//! services accept, and what a run does besides reading pages. The module of each service has its own names and
//! formats.
//!
//! A first run walks the whole span. A later one reads the last 14 days before the end of coverage again, so that late
//! resolutions and flags arrive, and asks once more for every older incident that is known as open. Incidents of the
//! last `verdict_days` without a verdict are asked for it on every run. Incidents that no longer exist are kept and
//! marked by their status.

pub mod error;

pub(super) mod absent;
pub(super) mod api;
mod by_windows;
pub(super) mod cursor;
mod extent;
pub(super) mod flags;
mod newest;
mod reading;
pub(super) mod walk;

use std::collections::BTreeMap;

use secrecy::SecretString;
use url::Url;

use super::known::KnownRepos;
use crate::domain::event::Incident;
use crate::domain::glob::Glob;
use crate::domain::time::{Span, Timestamp};
use crate::http::WaitLimits;

pub use self::error::SourceError;
pub(super) use self::extent::{estimated, extent};
pub(super) use self::newest::{Newest, newest};
pub(super) use self::reading::Reading;

/// The status of an incident that its source no longer has.
pub const GONE: &str = "gone";
/// How far before the end of coverage everything is read again.
pub const SETTLED_MS: i64 = 14 * 86_400_000;

/// What every incident source is told.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Root of the API.
    pub api_url: Url,
    /// The key.
    pub token: SecretString,
    /// Incidents made before this instant are not read.
    pub since: Timestamp,
    /// The instant at which the run began: coverage ends here, and rows are observed then.
    pub began: Timestamp,
    /// Restricts this run to repos that match (`--repo`), where repos are what is read.
    pub only: Vec<Glob>,
    /// Environments whose deployments count for any service; empty: all.
    pub environments: Vec<Glob>,
    /// Requests in flight at once.
    pub concurrency: usize,
    /// Read everything again, even known history (`--full`).
    pub full: bool,
    /// Incidents opened from this instant on are asked for a verdict until they have one.
    pub verdicts_from: Timestamp,
    /// How long it may wait.
    pub waits: WaitLimits,
}

/// What a key sees, whichever service it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    /// Id and name of each service and team that is shown.
    pub names: Vec<(String, String)>,
    /// Whether these are only the names in the incidents that were looked at, because the service has no list of them.
    pub names_are_of_incidents: bool,
    /// Of the incidents of the last 30 days that were looked at: how many.
    pub incidents: usize,
    /// How many of them have a verdict or a reference.
    pub flagged: usize,
    /// Services or lists that were looked for.
    pub scopes: usize,
    /// Those that cannot be read, and why.
    pub problems: Vec<(String, String)>,
    /// What beside these is not shown to the key, and why.
    pub missing: Vec<String>,
    /// The lists of deployments that are shown, and of which repo each is.
    pub lists: Vec<String>,
    /// What a system with such lists calls them.
    pub called: &'static str,
}

/// What the dataset already knows of a source.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// By scope.
    pub scopes: BTreeMap<String, KnownScope>,
    /// Incidents that may still change: open ones, and those of the last [`SETTLED_MS`] before the end of coverage.
    pub unsettled: Vec<Incident>,
    /// Incidents opened since [`Plan::since`], where history is read again: with [`Plan::full`], or while a scope has no
    /// coverage.
    pub reread: Vec<Incident>,
    /// Incidents opened since [`Plan::verdicts_from`] that lack a verdict or a reference.
    pub undecided: Vec<Incident>,
    /// Deployments and commits by repo, of a source that gives them.
    pub repos: KnownRepos,
}

/// What is known of one scope.
#[derive(Debug, Clone, Default)]
pub struct KnownScope {
    /// The newest span that was read completely.
    pub covered: Option<Span>,
    /// Where the last run was interrupted within it.
    pub cursor: Option<String>,
}
