//! The registry of providers: what the program knows of each service besides how it is read.
//!
//! Configuration, secrets, `fetch`, `--dry-run`, `doctor`, `init`, coverage and the documentation go through this table,
//! so that a provider costs one folder and one line here. GitHub's own section is not among them: its plan, its sign-in as
//! an App and its proxies for deployments have no equal.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::estimate::Estimates;
use super::event::{Cost, Event, Say};
use super::github::{self, Issues};
use super::incidents::{Known, Plan, Probe, SourceError};
use super::{opsgenie, pagerduty};
use crate::document::{ConfigError, Endpoint, Section, keys};
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::http::Clock;

/// Every provider, in the order of the documentation.
static PROVIDERS: [&Provider; 4] =
    [&pagerduty::PROVIDER, &opsgenie::OPSGENIE_PROVIDER, &opsgenie::JSM_PROVIDER, &github::ISSUES_PROVIDER];

/// A service that history is read from.
#[derive(Debug)]
pub struct Provider {
    /// The name under which its rows and coverage stand.
    pub id: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// Its section of the configuration, and those nested in it.
    pub(crate) sections: &'static [keys::Section],
    /// The tables that it fills and covers.
    pub gives: &'static [Table],
    /// The variable of its key, unless the section names another, and what the key is. `None`: it has no key of its own.
    pub variable: Option<(&'static str, &'static str)>,
    /// The key of a `[[service]]` that lists its ids and names.
    pub list: &'static str,
    /// Whether a scope is one of its services, and not a list of everything.
    pub scopes_are_services: bool,
    /// Whether the first service key of its incidents is a repo.
    pub keys_are_repos: bool,
    /// Pairs of addresses, each with the same API in another region.
    pub regions: &'static [[&'static str; 2]],
    /// The keys of its section that `init` takes as flags; none: `init` does not ask it.
    pub init: &'static [InitKey],
    /// Reads its section.
    pub(crate) read: fn(&Section<'_>) -> Result<Reader, ConfigError>,
}

/// A key of a section as a flag of `init`.
#[derive(Debug)]
pub struct InitKey {
    /// The key.
    pub key: &'static str,
    /// The flag, without its dashes.
    pub flag: &'static str,
    /// What the help says.
    pub help: &'static str,
    /// What stands for its value in the help.
    pub value_name: &'static str,
    /// For a key without which nothing can be asked: where it is found.
    pub needed: Option<&'static str>,
}

/// What is configured of a provider.
#[derive(Debug, Clone)]
pub enum Reader {
    /// An account with an address and a key of its own.
    Account(Arc<dyn Account>),
    /// Issues of the repos of `[github]`, read with its token.
    GithubIssues(Issues),
}

/// The section of a provider with an address and a key of its own.
pub trait Account: Debug + Send + Sync {
    /// The address of the API.
    fn api_url(&self) -> &Endpoint;

    /// The variable of the key.
    fn token_env(&self) -> &str;

    /// What figures depend on.
    fn digest(&self) -> Value;

    /// What there is to say of it at an instant, and what to do about it.
    fn warning(&self, _now: Timestamp) -> Option<(String, &'static str)> {
        None
    }

    /// Adds the key, the span and the limits; asks nothing.
    fn connect(&self, plan: Plan) -> Box<dyn Connection>;
}

/// What a fetch gives.
pub type Fetching = Pin<Box<dyn Future<Output = Result<Cost, SourceError>> + Send>>;
/// What an estimate gives.
pub type Estimating = Pin<Box<dyn Future<Output = Result<Estimates, SourceError>> + Send>>;
/// What a probe gives.
pub type Probing = Pin<Box<dyn Future<Output = Result<Probe, SourceError>> + Send>>;

/// An account that can be asked.
pub trait Connection: Send {
    /// What it is told.
    fn plan(&self) -> &Plan;

    /// What is read and covered as one.
    fn scopes(&self) -> Vec<String>;

    /// What is asked of each row: where that changes, what was read before says something else.
    fn asked(&self) -> String;

    /// Reads everything the plan asks for, page by page. Trouble with one scope is an [`Event::Failed`].
    fn fetch(self: Box<Self>, known: Known, clock: Clock, events: Sender<Event>) -> Fetching;

    /// What [`Connection::fetch`] would take; stores nothing.
    fn estimate(self: Box<Self>, known: Known, clock: Clock, say: Say) -> Estimating;

    /// Asks what the key sees; waits for no limit and stores nothing.
    fn probe(self: Box<Self>, clock: Clock, say: Say) -> Probing;
}

impl Provider {
    /// Its section of the configuration.
    pub fn section(&self) -> &'static str {
        self.sections.first().map_or("", |section| section.name)
    }

    /// The address with the same API in the other region, where there are two.
    pub fn other_region(&self, api_url: &str) -> Option<&'static str> {
        let own = api_url.trim_end_matches('/');
        self.regions.iter().find_map(|[one, other]| match own {
            _ if own == *one => Some(*other),
            _ if own == *other => Some(*one),
            _ => None,
        })
    }
}

/// All providers.
pub fn providers() -> impl Iterator<Item = &'static Provider> {
    PROVIDERS.into_iter()
}

/// The provider under whose name rows stand.
pub fn provider(id: &str) -> Option<&'static Provider> {
    providers().find(|provider| provider.id == id)
}

/// The sections of those that give a table, as a sentence lists them: `[a], [b] or [c]`.
pub fn sections_that_give(table: Table) -> String {
    let giving = providers().filter(|provider| provider.gives.contains(&table));
    one_of(giving.map(|provider| format!("[{}]", provider.section())).collect())
}

/// The keys of a `[[service]]` that list ids and names of incident services, as a sentence lists them.
pub fn service_lists_in_words(mark: &str) -> String {
    one_of(service_lists().into_iter().map(|list| format!("{mark}{list}{mark}")).collect())
}

fn one_of(mut names: Vec<String>) -> String {
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} or {last}", names.join(", ")),
        last => last.unwrap_or_default(),
    }
}

/// The keys of a `[[service]]` that list ids and names of incident services, each once.
pub fn service_lists() -> Vec<&'static str> {
    let mut lists = Vec::new();
    for provider in providers() {
        if !lists.contains(&provider.list) {
            lists.push(provider.list);
        }
    }
    lists
}
