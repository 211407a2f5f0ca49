//! DX: deployments and incidents by a `reference_id` that we choose.
//!
//! Source: docs.getdx.com, `deployments.create` and `incidents.sync`. A deployment that is sent again with other values is
//! refused with 409 or 422; an incident is updated. A refusal may also come as status 200 with `"ok": false`.

use serde_json::{Value, json};

use super::conversion::{NO_COMMIT, NO_END, commit, iso, object, those};
use super::destination::{Account, Amendment, Destination, Limit, Loss, Message, Verdict};
use super::history::{Deployment, Event, EventKind, Incident};
use super::setup::Setup;
use crate::http::Method;

/// An account of DX.
pub struct Dx {
    account: Account,
}

impl Dx {
    /// The variable of the key.
    pub const VARIABLE: &str = "DX_API_TOKEN";

    /// The root of an account.
    pub fn url(instance: &str) -> String {
        format!("https://{instance}.getdx.net")
    }

    /// An account.
    pub fn new(setup: Setup) -> Self {
        Self { account: Account::with_token(setup) }
    }

    fn deployment(&self, deployment: &Deployment) -> Result<Message, Loss> {
        let sha = commit(deployment.sha.as_deref()).ok_or(NO_COMMIT)?;
        let body = object([
            ("reference_id", json!(deployment.key)),
            ("deployed_at", iso(deployment.finished_at)),
            ("service", json!(self.account.setup.service(&deployment.service))),
            ("repository", json!(deployment.repo)),
            ("commit_sha", json!(sha)),
            ("environment", json!(deployment.environment)),
            ("source_url", json!(deployment.url)),
            ("source_name", json!(deployment.source)),
        ]);
        Ok(Message::json(Method::Post, self.account.setup.url(["api", "deployments.create"]), "deployments", &body))
    }

    fn incident(&self, incident: &Incident) -> Result<Message, Loss> {
        if incident.services.is_empty() {
            return Err("without a service, which DX requires");
        }
        let body = object([
            ("reference_id", json!(incident.key)),
            ("name", json!(incident.title)),
            ("priority", json!(incident.priority)),
            ("source_url", json!(incident.url)),
            ("services", json!(self.account.setup.services(&incident.services))),
            ("started_at", iso(incident.opened_at)),
            ("resolved_at", incident.resolved_at.map_or(Value::Null, iso)),
        ]);
        Ok(Message::json(Method::Post, self.account.setup.url(["api", "incidents.sync"]), "incidents", &body))
    }
}

impl Destination for Dx {
    fn name(&self) -> &'static str {
        "DX"
    }

    fn account(&self) -> &Account {
        &self.account
    }

    fn limit(&self, _endpoint: &'static str) -> Limit {
        Limit::careful(60)
    }

    fn message(&self, event: &Event, _place: &str) -> Result<Message, Loss> {
        match event {
            Event::Deployment(deployment) => self.deployment(deployment),
            Event::Incident(incident) => self.incident(incident),
            Event::Failure(_) => Err("which DX does not mark"),
        }
    }

    fn unsaid(&self, event: &Event) -> Vec<Loss> {
        match event {
            Event::Deployment(_) => vec!["the start, for which DX has no field"],
            Event::Incident(incident) => those(&[
                (incident.cause.is_some(), "the deployment that caused it, for which DX has no field"),
                (incident.is_over_without_an_end, NO_END),
            ]),
            Event::Failure(_) => Vec::new(),
        }
    }

    fn amendment(&self, event: &Event, place: &str) -> Result<Amendment, Loss> {
        match event {
            Event::Deployment(_) => Ok(Amendment::Impossible("DX refuses a deployment with other values")),
            _ => self.message(event, place).map(Amendment::Send),
        }
    }

    fn reads(&self, _kind: EventKind, status: u16, body: &str, said: &str) -> Option<Verdict> {
        let reply: Value = serde_json::from_str(body).unwrap_or(Value::Null);
        let error = reply.get("error").and_then(Value::as_str).unwrap_or_default();
        let with_status = format!("{status}, {said}");
        match status {
            _ if ["not_authed", "invalid_auth", "invalid_token"].contains(&error) => {
                Some(Verdict::Denied(said.to_owned()))
            }
            200..=299 if reply.get("ok") == Some(&Value::Bool(false)) => Some(Verdict::Refused(with_status)),
            422 if ["reference_id", "already", "exist"].iter().any(|words| body.contains(words)) => {
                Some(Verdict::Conflict(with_status))
            }
            _ => None,
        }
    }
}
