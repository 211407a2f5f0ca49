//! Apache DevLake: deployments and issues through an incoming webhook, by ids that we choose.
//!
//! Source: apache/devlake-website, `docs/Plugins/webhook.md`; apache/devlake, `backend/plugins/webhook/api`. Both are
//! created or updated by their id, so an incident that ended later is sent again with its end. `…/close` sets the status
//! alone and no date, so it is not used: DevLake would have no time to restore. A webhook stands for what DevLake relates
//! incidents and deployments within, like a service.

use serde_json::{Value, json};

use super::conversion::{NO_COMMIT, commit, iso, object, those};
use super::destination::{Account, Destination, Limit, Loss, Message};
use super::history::{Deployment, Event, Incident};
use super::setup::Setup;
use crate::http::Method;

/// A DevLake.
pub struct DevLake {
    account: Account,
    /// The webhook of services that have none of their own.
    connection: Option<String>,
}

impl DevLake {
    /// The variable of the key.
    pub const VARIABLE: &str = "DEVLAKE_API_KEY";

    /// A DevLake, and the webhook for services that have none of their own.
    pub fn new(setup: Setup, connection: Option<String>) -> Self {
        Self { account: Account::with_token(setup), connection }
    }

    fn webhook(&self, service: &str) -> Option<String> {
        self.account.setup.names.get(service).or(self.connection.as_ref()).cloned()
    }

    fn deployment(&self, deployment: &Deployment, place: &str) -> Result<Message, Loss> {
        let sha = commit(deployment.sha.as_deref()).ok_or(NO_COMMIT)?;
        let (started, finished) = (iso(deployment.started_at), iso(deployment.finished_at));
        let body = json!({
            "id": deployment.key,
            "startedDate": started,
            "finishedDate": finished,
            "environment": "PRODUCTION",
            "result": "SUCCESS",
            "deploymentCommits": [{
                "repoUrl": self.account.setup.repo(&deployment.repo),
                "commitSha": sha,
                "startedDate": started,
                "finishedDate": finished,
            }],
        });
        Ok(self.post(place, "deployments", &body))
    }

    fn incident(&self, incident: &Incident, place: &str) -> Message {
        let is_over = incident.resolved_at.is_some() || incident.is_over_without_an_end;
        let (status, original) = if is_over { ("DONE", "resolved") } else { ("TODO", "open") };
        let body = object([
            ("issueKey", json!(incident.key)),
            ("title", json!(incident.title.as_ref().unwrap_or(&incident.key))),
            ("type", json!("INCIDENT")),
            ("status", json!(status)),
            ("originalStatus", json!(original)),
            ("createdDate", iso(incident.opened_at)),
            ("resolutionDate", incident.resolved_at.map_or(Value::Null, iso)),
            ("priority", json!(incident.priority)),
            ("url", json!(incident.url)),
        ]);
        self.post(place, "issues", &body)
    }

    fn post(&self, place: &str, endpoint: &'static str, body: &Value) -> Message {
        let url = self.account.setup.url(["api", "rest", "plugins", "webhook", place, endpoint]);
        Message::json(Method::Post, url, endpoint, body)
    }
}

impl Destination for DevLake {
    fn name(&self) -> &'static str {
        "DevLake"
    }

    fn account(&self) -> &Account {
        &self.account
    }

    fn limit(&self, _endpoint: &'static str) -> Limit {
        Limit::careful(600)
    }

    fn places(&self, event: &Event) -> Result<Vec<String>, Loss> {
        let services = match event {
            Event::Deployment(deployment) => std::slice::from_ref(&deployment.service),
            Event::Incident(incident) => incident.services.as_slice(),
            Event::Failure(_) => &[],
        };
        let mut places: Vec<String> = services.iter().filter_map(|service| self.webhook(service)).collect();
        if services.is_empty() {
            places.extend(self.connection.clone());
        }
        places.sort();
        places.dedup();
        if places.is_empty() { Err("without a webhook: name one with --connection, or with --map") } else { Ok(places) }
    }

    fn message(&self, event: &Event, place: &str) -> Result<Message, Loss> {
        match event {
            Event::Deployment(deployment) => self.deployment(deployment, place),
            Event::Incident(incident) => Ok(self.incident(incident, place)),
            Event::Failure(_) => Err("which DevLake does not mark"),
        }
    }

    fn unsaid(&self, event: &Event) -> Vec<Loss> {
        match event {
            Event::Deployment(_) => vec!["the link, and the name of the environment, which is PRODUCTION there"],
            Event::Incident(incident) => those(&[
                (
                    incident.cause.is_some(),
                    "the deployment that caused it: DevLake takes the last one before the incident",
                ),
                (incident.is_over_without_an_end, "the time to restore, because its end is not known"),
            ]),
            Event::Failure(_) => Vec::new(),
        }
    }
}
