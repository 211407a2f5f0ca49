//! What a provider is: the program's knowledge of a service besides how it is read, the account that a configuration
//! names, and the ways to ask it. Which providers there are is in the registry.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::estimate::Estimates;
use super::event::{Cost, Event, Say};
use super::github::{Github, Issues};
use super::incidents::{Known, Plan, Probe, SourceError};
use crate::document::{ConfigError, Endpoint, Section, keys};
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::http::Clock;

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
    /// The key of a `[[service]]` that lists its ids and names; empty where it gives no incidents.
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
    /// For a key without which nothing can be asked: what it is, and what shows it.
    pub needed: Option<(&'static str, &'static str)>,
}

/// What is configured of a provider.
#[derive(Debug, Clone)]
pub enum Reader {
    /// An account with an address and a key of its own.
    Account(Arc<dyn Account>),
    /// `[github]`, which can also sign in as an App and has proxies for deployments.
    Github(Box<Github>),
    /// Issues of the repos of `[github]`, read with its token.
    GithubIssues(Issues),
}

/// The section of a provider with an address and a key of its own.
pub trait Account: Debug + Send + Sync {
    /// The name under which its rows and coverage stand, where it is not that of its provider.
    fn source(&self) -> Option<&str> {
        None
    }

    /// The address of the API.
    fn api_url(&self) -> &Endpoint;

    /// The variable of the key.
    fn token_env(&self) -> &str;

    /// The section with the address and the variable, where that is another one.
    fn key_section(&self) -> Option<&'static str> {
        None
    }

    /// The address below which the pages of its repos are, where it has such pages.
    fn repo_pages(&self) -> Option<&Endpoint> {
        None
    }

    /// What figures depend on.
    fn digest(&self) -> Value;

    /// What there is to say of it at an instant, and what to do about it.
    fn warning(&self, _now: Timestamp) -> Option<(String, &'static str)> {
        None
    }

    /// How many days back the first fetch goes, where its section says so.
    fn history_days(&self) -> Option<u32> {
        None
    }

    /// Requests in flight at once, where its section says so.
    fn concurrency(&self) -> Option<u32> {
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

    /// What is read and covered as one; empty where only the service can list it.
    fn scopes(&self) -> Vec<String>;

    /// What is asked of each row: where that changes, what was read before says something else.
    fn asked(&self) -> String;

    /// Reads everything the plan asks for, page by page. Trouble with one scope is an [`Event::Failed`].
    fn fetch(self: Box<Self>, known: Known, clock: Clock, events: Sender<Event>) -> Fetching;

    /// What [`Connection::fetch`] would take; stores nothing. Trouble with one scope is its estimate's `problem`.
    fn estimate(self: Box<Self>, known: Known, clock: Clock, say: Say) -> Estimating;

    /// Asks what the key sees; waits for no limit and stores nothing.
    fn probe(self: Box<Self>, clock: Clock, say: Say) -> Probing;
}

/// An account that can be asked, as its provider writes it.
///
/// Each of the three ways to ask fails where the whole run has to end: the key is not accepted, or the service cannot be
/// asked.
pub(super) trait Service: Send + 'static {
    /// [`Connection::plan`].
    fn plan(&self) -> &Plan;

    /// [`Connection::scopes`].
    fn scopes(&self) -> Vec<String>;

    /// [`Connection::asked`].
    fn asked(&self) -> String;

    /// [`Connection::fetch`].
    fn fetch(
        self,
        known: Known,
        clock: Clock,
        events: Sender<Event>,
    ) -> impl Future<Output = Result<Cost, SourceError>> + Send;

    /// [`Connection::estimate`].
    fn estimate(
        self,
        known: Known,
        clock: Clock,
        say: Say,
    ) -> impl Future<Output = Result<Estimates, SourceError>> + Send;

    /// [`Connection::probe`].
    fn probe(self, clock: Clock, say: Say) -> impl Future<Output = Result<Probe, SourceError>> + Send;
}

impl<S: Service> Connection for S {
    fn plan(&self) -> &Plan {
        Service::plan(self)
    }

    fn scopes(&self) -> Vec<String> {
        Service::scopes(self)
    }

    fn asked(&self) -> String {
        Service::asked(self)
    }

    fn fetch(self: Box<Self>, known: Known, clock: Clock, events: Sender<Event>) -> Fetching {
        Box::pin(Service::fetch(*self, known, clock, events))
    }

    fn estimate(self: Box<Self>, known: Known, clock: Clock, say: Say) -> Estimating {
        Box::pin(Service::estimate(*self, known, clock, say))
    }

    fn probe(self: Box<Self>, clock: Clock, say: Say) -> Probing {
        Box::pin(Service::probe(*self, clock, say))
    }
}

impl Provider {
    /// One with a section that is read so, and nothing else.
    pub(super) const fn new(
        id: &'static str,
        label: &'static str,
        read: fn(&Section<'_>) -> Result<Reader, ConfigError>,
    ) -> Self {
        Self {
            id,
            label,
            sections: &[],
            gives: &[],
            variable: None,
            list: "",
            scopes_are_services: false,
            keys_are_repos: false,
            regions: &[],
            init: &[],
            read,
        }
    }

    /// Its section of the configuration.
    pub fn section(&self) -> &'static str {
        self.sections.first().map_or("", |section| section.name)
    }

    /// Whether its section may be there several times, each a source of its own.
    pub fn is_repeated(&self) -> bool {
        self.sections.first().is_some_and(|section| section.form == keys::Form::Repeated)
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
