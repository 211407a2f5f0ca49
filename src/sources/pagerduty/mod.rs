//! PagerDuty: incidents with their services, teams, priorities and urgencies, and their references to deployments.
//!
//! A window is half a year at most and shows 10,000 rows, both ends are given, and instants are asked for in UTC: else
//! PagerDuty takes one month and the account's time zone.

mod fields;
mod keys;
mod list;
mod map;
mod probe;
mod settings;
mod wire;

use std::sync::Arc;

use regex::Regex;
use tokio::sync::mpsc::{self, Sender};

use self::list::Incidents;
use super::estimate::{Estimate, Estimates};
use super::event::{Cost, Event, Say, say_waits};
use super::incidents::api::{Api, Dialect};
use super::incidents::{Known, Plan, Probe, Reading, SourceError, estimated, extent};
use super::provider::Service;
use crate::domain::coverage::EVERYTHING;
use crate::http::{Clock, Scheme};

use self::probe::probe;
pub(super) use self::settings::PROVIDER;

/// The name under which rows and coverage stand.
pub const SOURCE: &str = "pagerduty";
pub(super) const SERVICE: &str = "PagerDuty";
const DIALECT: Dialect = Dialect {
    service: SERVICE,
    scheme: Scheme::Behind("Token token="),
    // A scoped OAuth token.
    or_scheme: Some(Scheme::Behind("Bearer ")),
    headers: &[("accept", "application/vnd.pagerduty+json;version=2"), ("content-type", "application/json")],
    scope: |_| "",
};

/// Where on an incident something is read.
#[derive(Debug, Clone)]
pub enum Field {
    /// In the custom field of this name.
    CustomField(String),
    /// In the title.
    Title(Regex),
    /// In any of the notes.
    Note(Regex),
}

/// What is read of PagerDuty.
#[derive(Debug, Clone)]
pub struct PagerDuty {
    /// What every source is told.
    pub plan: Plan,
    /// Ids or names of the services; empty: all.
    pub services: Vec<String>,
    /// What says whether a deployment caused an incident; a pattern does by matching.
    pub caused_by_deploy: Field,
    /// What names the deployment; a pattern's first group does.
    pub deployment_ref: Option<Field>,
    /// Whether related change events name deployments.
    pub change_events: bool,
    /// Whether log entries are read for the instants of acknowledgement.
    pub acknowledgements: bool,
}

impl PagerDuty {
    /// Whether notes of incidents are read.
    fn reads_notes(&self) -> bool {
        let fields = [Some(&self.caused_by_deploy), self.deployment_ref.as_ref()];
        fields.into_iter().flatten().any(|field| matches!(field, Field::Note(_)))
    }
}

impl Service for PagerDuty {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn scopes(&self) -> Vec<String> {
        if self.services.is_empty() { vec![EVERYTHING.to_owned()] } else { self.services.clone() }
    }

    fn asked(&self) -> String {
        format!("{:?} {:?} {} {}", self.caused_by_deploy, self.deployment_ref, self.change_events, self.plan.api_url)
    }

    async fn fetch(self, known: Known, clock: Clock, events: Sender<Event>) -> Result<Cost, SourceError> {
        let api = Arc::new(Api::new(&self.plan, None, DIALECT, clock, &events)?);
        let reading = Reading { source: SOURCE, plan: &self.plan, known: &known, events: &events };
        let account = fields::Account::read(&api, &self).await?;
        for missing in &account.missing {
            reading.send(Event::Notice(format!("{SOURCE}: {missing}"))).await?;
        }
        let budget = || api.budget_left();
        if self.services.is_empty() {
            let list = Incidents { api: &api, pagerduty: &self, account: &account, service: None };
            reading.scope(EVERYTHING, &list, budget, |_| true).await?;
            return Ok(api.cost());
        }
        for wanted in &self.services {
            let Some(service) = account.service(wanted) else {
                let reason = not_shown(wanted);
                reading.send(Event::Failed { scope: wanted.clone(), reason, is_denied: true }).await?;
                continue;
            };
            let id = service.id.clone();
            let list = Incidents { api: &api, pagerduty: &self, account: &account, service: Some(&id) };
            reading.scope(wanted, &list, budget, |row| row.service_keys.first() == Some(&id)).await?;
        }
        Ok(api.cost())
    }

    async fn estimate(self, known: Known, clock: Clock, say: Say) -> Result<Estimates, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let began = clock();
        let api = Arc::new(Api::new(&self.plan, None, DIALECT, Arc::clone(&clock), &events)?);
        let account = fields::Account::read(&api, &self).await?;
        let before = api.cost().requests;
        let mut scopes = Vec::new();
        for scope in self.scopes() {
            let service = account.service(&scope).map(|service| service.id.clone());
            if service.is_none() && !self.services.is_empty() {
                let problem = Some(not_shown(&scope));
                scopes.push(Estimate { scope, problem, is_denied: true, ..Estimate::default() });
                continue;
            }
            let service = service.filter(|_| !self.services.is_empty());
            let list = Incidents { api: &api, pagerduty: &self, account: &account, service: service.as_deref() };
            scopes.push(estimated(extent(&list, &scope, &self.plan, &known).await, scope)?);
        }
        drain.abort();
        let elapsed_ms = clock().0.saturating_sub(began.0);
        Ok(Estimates { scopes, before, timed: api.cost().requests, elapsed_ms, at_once: self.plan.concurrency })
    }

    async fn probe(self, clock: Clock, say: Say) -> Result<Probe, SourceError> {
        probe(self, clock, say).await
    }
}

/// Why a service is not read.
fn not_shown(wanted: &str) -> String {
    format!(
        "this key cannot see the PagerDuty service `{wanted}`; check the service's id or name, and what the key may read"
    )
}
