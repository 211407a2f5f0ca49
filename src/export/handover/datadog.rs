//! Datadog DORA Metrics: deployments, incidents, and failures as marks on deployments, all by ids that we choose.
//!
//! Source: docs.datadoghq.com, API reference, "DORA Metrics". An incident does not move the change failure rate there; a
//! deployment that is marked with `change_failure` does, and with `remediation` it has a recovery time. Marks need an
//! application key beside the API key. Datadog keeps events for two years.

use secrecy::SecretString;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::conversion::{NO_END, object, those};
use super::destination::{Account, Destination, Limit, Loss, Message};
use super::history::{Deployment, Event, Failure, Incident};
use super::setup::Setup;
use crate::domain::hex::hex;
use crate::domain::time::Timestamp;
use crate::http::Method;

/// Two years, in milliseconds.
const KEPT: i64 = 730 * 86_400_000;
const LINK: &str = "the link, for which Datadog has no field";
/// Characters of a commit that Datadog takes.
const WHOLE_COMMIT: usize = 40;

/// An account of Datadog.
pub struct Datadog {
    account: Account,
}

impl Datadog {
    /// The variable of the API key.
    pub const VARIABLE: &str = "DD_API_KEY";
    /// The variable of the application key.
    pub const APPLICATION: &str = "DD_APP_KEY";

    /// The root of the API of a site.
    pub fn url(site: &str) -> String {
        format!("https://api.{site}")
    }

    /// An account. Without an application key, failures cannot be sent.
    pub fn new(setup: Setup, application_key: Option<SecretString>) -> Self {
        let key = setup.key.clone();
        Self { account: Account::with_headers(setup, [("DD-API-KEY", key), ("DD-APPLICATION-KEY", application_key)]) }
    }

    fn git(&self, repo: &str, sha: Option<&str>) -> Value {
        match sha.filter(|sha| sha.len() == WHOLE_COMMIT) {
            Some(sha) => json!({"commit_sha": sha, "repository_url": self.account.setup.repo(repo)}),
            None => Value::Null,
        }
    }

    fn deployment(&self, deployment: &Deployment) -> Message {
        let attributes = object([
            ("service", json!(self.account.setup.service(&deployment.service))),
            ("started_at", json!(deployment.started_at.0)),
            ("finished_at", json!(deployment.finished_at.0)),
            ("env", json!(deployment.environment)),
            ("git", self.git(&deployment.repo, deployment.sha.as_deref())),
            ("id", json!(id(&deployment.key))),
        ]);
        let url = self.account.setup.url(["api", "v2", "dora", "deployment"]);
        Message::json(Method::Post, url, "deployments", &json!({"data": {"attributes": attributes}}))
    }

    fn incident(&self, incident: &Incident) -> Result<Message, Loss> {
        if incident.services.is_empty() {
            return Err("without a service, which Datadog requires");
        }
        let attributes = object([
            ("services", json!(self.account.setup.services(&incident.services))),
            ("started_at", json!(incident.opened_at.0)),
            ("finished_at", json!(incident.resolved_at.map(|at| at.0))),
            ("id", json!(id(&incident.key))),
            ("name", json!(incident.title)),
            ("severity", json!(incident.priority)),
        ]);
        let url = self.account.setup.url(["api", "v2", "dora", "failure"]);
        Ok(Message::json(Method::Post, url, "incidents", &json!({"data": {"attributes": attributes}})))
    }

    fn failure(&self, failure: &Failure) -> Message {
        let id = id(&failure.deployment);
        let remediation = failure.remedy.as_ref().map(|remedy| {
            json!({"id": self::id(&remedy.key), "type": if remedy.is_rollback { "rollback" } else { "rollforward" }})
        });
        let attributes = object([("change_failure", json!(failure.has_failed)), ("remediation", json!(remediation))]);
        let body = json!({"data": {"attributes": attributes, "id": id, "type": "dora_deployment_patch_request"}});
        let url = self.account.setup.url(["api", "v2", "dora", "deployments", id.as_str()]);
        Message::json(Method::Patch, url, "failures", &body)
    }

    fn is_expired(&self, at: Timestamp) -> bool {
        self.account.setup.now.0 - at.0 > KEPT
    }
}

/// The id of an event: 16 to 128 letters, digits and `-_.:`, which a key of ours need not be.
fn id(key: &str) -> String {
    format!("dora-report:{}", hex(&Sha256::digest(key)[..16]))
}

impl Destination for Datadog {
    fn name(&self) -> &'static str {
        "Datadog"
    }

    fn account(&self) -> &Account {
        &self.account
    }

    fn limit(&self, _endpoint: &'static str) -> Limit {
        Limit::careful(60)
    }

    fn takes_failures(&self) -> bool {
        true
    }

    fn message(&self, event: &Event, _place: &str) -> Result<Message, Loss> {
        match event {
            Event::Deployment(deployment) => Ok(self.deployment(deployment)),
            Event::Incident(incident) => self.incident(incident),
            Event::Failure(failure) => Ok(self.failure(failure)),
        }
    }

    fn unsaid(&self, event: &Event) -> Vec<Loss> {
        let is_whole = |sha: &Option<String>| sha.as_ref().is_some_and(|sha| sha.len() == WHOLE_COMMIT);
        let (at, mut losses) = match event {
            Event::Deployment(it) => {
                let no_commit = "the commit, which is missing or not written in full, and with it the lead time";
                (it.finished_at, those(&[(it.url.is_some(), LINK), (!is_whole(&it.sha), no_commit)]))
            }
            Event::Incident(it) => {
                (it.opened_at, those(&[(it.url.is_some(), LINK), (it.is_over_without_an_end, NO_END)]))
            }
            Event::Failure(it) => {
                let no_remedy = "the recovery time, because no deployment is known to have remedied it";
                (it.at, those(&[(it.has_failed && it.remedy.is_none(), no_remedy)]))
            }
        };
        if self.is_expired(at) {
            losses.push("everything, because it is older than the two years for which Datadog keeps events");
        }
        losses
    }
}
