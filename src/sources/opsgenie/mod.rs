//! OpsGenie: incidents and alerts; and the alerts of Jira Service Management operations, its successor, which have the
//! same shape under another address.
//!
//! Atlassian shuts OpsGenie down on 2027-04-05: its history has to be fetched before. Its incidents become issues of
//! Jira there and only alerts stay alerts.

mod alerts;
mod incidents;
mod keys;
mod names;
mod probe;
mod settings;
mod wire;

use std::sync::Arc;

use tokio::sync::mpsc::{self, Sender};

use self::alerts::Alerts;
use self::incidents::Incidents;
use self::names::Names;
use super::estimate::Estimates;
use super::event::{Cost, Event, Say, say_waits};
use super::incidents::api::{Api, Dialect};
use super::incidents::{Known, Plan, Probe, Reading, SourceError, estimated, extent};
use super::provider::Service;
use crate::domain::event::Incident;
use crate::http::{Clock, Scheme};

use self::probe::probe;
pub(super) use self::settings::{JSM_PROVIDER, OPSGENIE_PROVIDER};

/// The name under which OpsGenie's rows and coverage stand.
pub const OPSGENIE: &str = "opsgenie";
/// The name under which those of Jira Service Management stand.
pub const JSM: &str = "jsm";
/// The last day on which OpsGenie answers is the one before.
pub const SHUTDOWN: &str = "2027-04-05";
/// The scope of incidents.
pub const INCIDENTS: &str = "incidents";
/// The scope of alerts.
pub const ALERTS: &str = "alerts";

/// The mark of an incident or alert that a deployment caused.
#[derive(Debug, Clone)]
pub enum Flag {
    /// This tag.
    Tag(String),
    /// The extra property, or of an alert the detail, of this name.
    Property(String),
}

/// Where the API is and what is asked of it.
#[derive(Debug, Clone)]
pub enum Product {
    /// OpsGenie.
    OpsGenie {
        /// Whether incidents are read.
        incidents: bool,
        /// Whether alerts are.
        alerts: bool,
    },
    /// Jira Service Management operations.
    Jsm {
        /// The site's id.
        cloud_id: String,
        /// Address of the site, without a slash at its end.
        site: Option<String>,
        /// The account whose API token the key is; without one it is an OAuth token.
        user: Option<String>,
    },
}

/// What is read of either.
#[derive(Debug, Clone)]
pub struct OpsGenie {
    /// What every source is told.
    pub plan: Plan,
    /// Which of them.
    pub product: Product,
    /// What says that a deployment caused it.
    pub caused_by_deploy: Flag,
    /// The property or detail that names the deployment.
    pub deployment_ref: Option<String>,
}

impl Product {
    /// The name under which rows and coverage stand.
    pub fn source(&self) -> &'static str {
        match self {
            Self::OpsGenie { .. } => OPSGENIE,
            Self::Jsm { .. } => JSM,
        }
    }

    /// The scopes that are read.
    pub fn scopes(&self) -> Vec<String> {
        let (incidents, alerts) = match self {
            Self::OpsGenie { incidents, alerts } => (*incidents, *alerts),
            Self::Jsm { .. } => (false, true),
        };
        let scopes = [(incidents, INCIDENTS), (alerts, ALERTS)].into_iter();
        scopes.filter(|(is_read, _)| *is_read).map(|(_, scope)| scope.to_owned()).collect()
    }

    pub(super) fn dialect(&self) -> Dialect {
        let headers = &[("accept", "application/json")];
        match self {
            Self::OpsGenie { .. } => Dialect {
                service: "OpsGenie",
                scheme: Scheme::Behind("GenieKey "),
                or_scheme: None,
                headers,
                scope: |_| "",
            },
            Self::Jsm { .. } => Dialect {
                service: "Jira Service Management",
                scheme: Scheme::Behind("Bearer "),
                or_scheme: None,
                headers,
                scope: jsm_scope,
            },
        }
    }

    fn user(&self) -> Option<String> {
        match self {
            Self::OpsGenie { .. } => None,
            Self::Jsm { user, .. } => user.clone(),
        }
    }
}

/// The scope that an OAuth token or a scoped API token needs for an address below the site's id.
fn jsm_scope(path: &[&str]) -> &'static str {
    match path.get(5) {
        Some(&"alerts") => "read:ops-alert:jira-service-management",
        _ => "read:ops-config:jira-service-management",
    }
}

impl Service for OpsGenie {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    fn scopes(&self) -> Vec<String> {
        self.product.scopes()
    }

    fn asked(&self) -> String {
        let site = match &self.product {
            Product::Jsm { cloud_id, site, .. } => format!("{cloud_id} {site:?}"),
            Product::OpsGenie { .. } => String::new(),
        };
        format!("{:?} {:?} {site} {}", self.caused_by_deploy, self.deployment_ref, self.plan.api_url)
    }

    async fn fetch(self, known: Known, clock: Clock, events: Sender<Event>) -> Result<Cost, SourceError> {
        let dialect = self.product.dialect();
        let api = Arc::new(Api::new(&self.plan, self.product.user(), dialect, clock, &events)?);
        let reading = Reading { source: self.product.source(), plan: &self.plan, known: &known, events: &events };
        let names = Names::read(&api, &self.product).await?;
        for missing in &names.missing {
            reading.send(Event::Notice(format!("{}: {missing}", reading.source))).await?;
        }
        let budget = || api.budget_left();
        for scope in self.product.scopes() {
            if scope == ALERTS {
                let list = Alerts { api: &api, opsgenie: &self, names: &names };
                // Only OpsGenie has incidents beside them.
                let is_own = |row: &Incident| matches!(self.product, Product::Jsm { .. }) || is_alert(row);
                reading.scope(&scope, &list, budget, is_own).await?;
            } else {
                let list = Incidents { api: &api, opsgenie: &self, names: &names };
                reading.scope(&scope, &list, budget, |row| !is_alert(row)).await?;
            }
        }
        Ok(api.cost())
    }

    async fn estimate(self, known: Known, clock: Clock, say: Say) -> Result<Estimates, SourceError> {
        let (events, heard) = mpsc::channel(1);
        let drain = tokio::spawn(say_waits(heard, say));
        let began = clock();
        let dialect = self.product.dialect();
        let api = Arc::new(Api::new(&self.plan, self.product.user(), dialect, Arc::clone(&clock), &events)?);
        let names = Names::read(&api, &self.product).await?;
        let before = api.cost().requests;
        let mut scopes = Vec::new();
        for scope in self.product.scopes() {
            let found = if scope == ALERTS {
                let list = Alerts { api: &api, opsgenie: &self, names: &names };
                extent(&list, &scope, &self.plan, &known).await
            } else {
                let list = Incidents { api: &api, opsgenie: &self, names: &names };
                extent(&list, &scope, &self.plan, &known).await
            };
            scopes.push(estimated(found, scope)?);
        }
        drain.abort();
        let elapsed_ms = clock().0.saturating_sub(began.0);
        Ok(Estimates { scopes, before, timed: api.cost().requests, elapsed_ms, at_once: self.plan.concurrency })
    }

    async fn probe(self, clock: Clock, say: Say) -> Result<Probe, SourceError> {
        probe(self, clock, say).await
    }
}

/// Whether a row is an alert: both have ids of the same shape.
fn is_alert(row: &Incident) -> bool {
    row.url.as_deref().is_some_and(|url| url.contains("/alert/"))
}
