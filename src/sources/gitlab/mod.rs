//! GitLab, gitlab.com and self-managed: deployments, the commits behind them and the merge requests that brought those.
//!
//! Deployments and merge requests are listed in order of change over the REST API, so a later run asks for what changed
//! since. Commits are walked from the deployed revisions. What a list of merge requests does not show comes over
//! GraphQL, many at a time. A merge request is a pull request of the dataset, and a project with its whole path is a
//! repo.

mod brought;
mod changes;
mod commits;
mod cursor;
mod deployments;
mod details;
mod estimate;
mod incident_keys;
mod incident_settings;
mod incidents;
mod issues;
mod keys;
mod map;
mod merge_requests;
mod places;
mod probe;
mod repo;
mod run;
mod settings;
mod source;
mod wire;

use std::sync::Arc;

use tokio::sync::mpsc::{self, Sender};

use self::places::Places;
use self::source::Source;
use super::estimate::Estimates;
use super::event::{Cost, Event, Say, say_waits};
use super::incidents::api::{Api, Dialect};
use super::incidents::{Known, Plan, Probe, SourceError, estimated};
use super::provider::Service;
use crate::domain::glob::Glob;
use crate::http::{Clock, Scheme};

pub(super) use self::incident_settings::INCIDENTS_PROVIDER;
pub(super) use self::settings::PROVIDER;

/// The name under which rows and coverage stand.
pub const SOURCE: &str = "gitlab";
/// The name under which incidents and their coverage stand.
pub const INCIDENTS_SOURCE: &str = "gitlab-incidents";
const SERVICE: &str = "GitLab";
const DIALECT: Dialect = Dialect {
    service: SERVICE,
    // Personal, group and project access tokens.
    scheme: Scheme::Header("PRIVATE-TOKEN"),
    // OAuth tokens.
    or_scheme: Some(Scheme::Behind("Bearer ")),
    headers: &[("accept", "application/json")],
    scope: |_| "read_api",
};

/// The settings of a run over GitLab.
#[derive(Debug, Clone)]
pub struct GitLab {
    /// What every source is told.
    pub plan: Plan,
    /// Which projects.
    pub places: Places,
    /// Whether deployments to other environments are dropped.
    pub only_production: bool,
}

impl Service for GitLab {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn scopes(&self) -> Vec<String> {
        self.places.names().unwrap_or_default()
    }

    fn asked(&self) -> String {
        let mut kept: Vec<&str> = self.plan.environments.iter().map(Glob::as_str).collect();
        kept.sort_unstable();
        let kept = if self.only_production { format!("{kept:?}") } else { String::new() };
        format!("{} {kept}", self.plan.api_url)
    }

    async fn fetch(self, known: Known, clock: Clock, events: Sender<Event>) -> Result<Cost, SourceError> {
        let api = Api::new(&self.plan, None, DIALECT, clock, &events)?;
        let targets = self.places.targets(&api, &self.plan.only).await?;
        let source = Source::new(api, self.plan, self.only_production, known.repos, events);
        source.read(targets).await?;
        Ok(source.api.cost())
    }

    async fn estimate(self, _known: Known, clock: Clock, say: Say) -> Result<Estimates, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let began = clock();
        let api = Api::new(&self.plan, None, DIALECT, Arc::clone(&clock), &events)?;
        let targets = self.places.targets(&api, &self.plan.only).await?;
        let before = api.cost().requests;
        let mut scopes = Vec::new();
        for target in &targets.projects {
            let found = estimate::of(&api, &self.plan, target).await;
            scopes.push(estimated(found, target.name().to_owned())?);
        }
        drain.abort();
        let elapsed_ms = clock().0.saturating_sub(began.0);
        Ok(Estimates { scopes, before, timed: api.cost().requests, elapsed_ms, at_once: self.plan.concurrency })
    }

    async fn probe(self, clock: Clock, say: Say) -> Result<Probe, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let api = Api::new(&self.plan, None, DIALECT, clock, &events)?;
        let targets = self.places.targets(&api, &self.plan.only).await?;
        let probe = probe::look(&api, targets).await;
        drain.abort();
        probe
    }
}
