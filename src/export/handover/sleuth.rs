//! Sleuth: deploys by commit, and incidents of one impact source.
//!
//! Source: sleuth-io/sleuth-gitbook-docs, `sleuth-api`. A commit is registered once in a code deployment, with
//! `ignore_if_duplicate` without an error, so sending a deploy again changes nothing. An incident that is sent twice may
//! be two, and cannot be asked for; its address holds the key. The import of a CSV file deletes every deploy that is there
//! and is only used where the user asked for that.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::conversion::{NO_COMMIT, NO_END, commit, iso, object, those};
use super::destination::{Account, Amendment, Destination, Limit, Loss, Message};
use super::history::{Deployment, Event, Incident};
use super::setup::Setup;
use crate::http::Method;

const INCIDENTS: &str = "incidents";
/// Between two registrations of an impact.
const IMPACT: Limit = Limit { interval: Duration::from_mins(2), is_documented: true };
/// No commit and no instant holds it, so it can be a boundary.
const MULTIPART: &str = "multipart/form-data; boundary=dora-report-deploys";
const BOUNDARY: &str = "--dora-report-deploys";

/// An organisation of Sleuth.
pub struct Sleuth {
    account: Account,
    org: String,
    /// Project, environment and source of the incidents.
    impact: Option<[String; 3]>,
    /// Whether the deploys that are there are deleted.
    replaces: bool,
    /// Deployments of a commit that was deployed before.
    again: BTreeSet<String>,
}

impl Sleuth {
    /// The root of its API.
    pub const URL: &str = "https://app.sleuth.io";
    /// The variable of the key.
    pub const VARIABLE: &str = "SLEUTH_API_KEY";

    /// An organisation.
    pub fn new(setup: Setup, org: String, impact: Option<[String; 3]>, replaces: bool) -> Self {
        let mut account = Account::with_token(setup);
        account.login.prefix = Some("apikey ");
        Self { account, org, impact, replaces, again: BTreeSet::new() }
    }

    /// The code deployment of a service, as addresses name it.
    fn slug(&self, service: &str) -> String {
        match self.account.setup.names.get(service) {
            Some(slug) => slug.clone(),
            None => slug(service),
        }
    }

    fn deployment(&self, deployment: &Deployment, place: &str) -> Result<Message, Loss> {
        let sha = commit(deployment.sha.as_deref()).ok_or(NO_COMMIT)?;
        if self.again.contains(&deployment.key) {
            return Err("of a commit that was deployed before: Sleuth registers a commit once");
        }
        let body = object([
            ("sha", json!(sha)),
            ("date", iso(deployment.finished_at)),
            ("ignore_if_duplicate", json!("true")),
            ("links", deployment.url.as_ref().map_or(Value::Null, |url| json!({"deployment": url}))),
        ]);
        let url = self.account.setup.url(["api", "1", "deployments", &self.org, place, "register_deploy"]);
        Ok(Message::json(Method::Post, url, "deployments", &body))
    }

    fn impact(&self, body: &Value) -> Result<Message, Loss> {
        let [project, environment, source] =
            self.impact.as_ref().ok_or("without an impact source: name one with --impact")?;
        let key = self.account.setup.key.as_ref().map_or("KEY", |key| key.expose_secret());
        let path = ["api", "1", "deployments", &self.org, project, environment, source, "register_impact", key];
        let message = Message::json(Method::Post, self.account.setup.url(path), INCIDENTS, body);
        Ok(Message { url_is_secret: true, ..message })
    }

    fn incident(&self, incident: &Incident) -> Result<Message, Loss> {
        let body = object([
            ("type", json!("triggered")),
            ("id", json!(incident.key)),
            ("date", iso(incident.opened_at)),
            ("ended_date", incident.resolved_at.map_or(Value::Null, iso)),
            ("title", json!(incident.title)),
            ("url", json!(incident.url)),
        ]);
        Ok(self.impact(&body)?.doubles())
    }
}

/// A name as part of an address: `acme/web` is `acme-web`.
fn slug(name: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    name.chars().map(plain).collect::<String>().split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

impl Destination for Sleuth {
    fn name(&self) -> &'static str {
        "Sleuth"
    }

    fn account_name(&self) -> String {
        format!("{}/{}", self.account.setup.account(), self.org)
    }

    fn account(&self) -> &Account {
        &self.account
    }

    fn limit(&self, endpoint: &'static str) -> Limit {
        if endpoint == INCIDENTS { IMPACT } else { Limit::careful(60) }
    }

    fn prepare(&mut self, events: &[Event]) {
        let mut seen = BTreeSet::new();
        for event in events {
            if let Event::Deployment(deployment) = event
                && let Some(sha) = commit(deployment.sha.as_deref())
                && !seen.insert((self.slug(&deployment.service), sha.to_lowercase()))
            {
                self.again.insert(deployment.key.clone());
            }
        }
    }

    fn sends_batches(&self) -> bool {
        self.replaces
    }

    fn batch(&self, place: &str, deployments: &[Deployment]) -> Option<Message> {
        let mut body = format!(
            "{BOUNDARY}\r\nContent-Disposition: form-data; name=\"csv_file\"; filename=\"deploys.csv\"\r\n\
             Content-Type: text/csv\r\n\r\nsha,date\n"
        );
        for deployment in deployments {
            // Writing into a string cannot fail.
            let _ = writeln!(body, "{},{}", commit(deployment.sha.as_deref())?, deployment.finished_at);
        }
        let _ = write!(body, "\r\n{BOUNDARY}--\r\n");
        let url = self.account.setup.url(["api", "1", "deployments", &self.org, place, "import_deploys"]);
        Some(Message { kind: MULTIPART, body, ..Message::json(Method::Post, url, "deployments", &Value::Null) })
    }

    fn places(&self, event: &Event) -> Result<Vec<String>, Loss> {
        match event {
            Event::Deployment(deployment) => Ok(vec![self.slug(&deployment.service)]),
            _ => Ok(vec![String::new()]),
        }
    }

    fn message(&self, event: &Event, place: &str) -> Result<Message, Loss> {
        match event {
            Event::Deployment(deployment) => self.deployment(deployment, place),
            Event::Incident(incident) => self.incident(incident),
            Event::Failure(_) => Err("which Sleuth does not mark"),
        }
    }

    fn unsaid(&self, event: &Event) -> Vec<Loss> {
        match event {
            Event::Deployment(_) => {
                vec!["the start, and the name of the environment: it is the default environment of the project"]
            }
            Event::Incident(incident) => those(&[
                (true, "the services, the priority and the deployment that caused it"),
                (incident.is_over_without_an_end, NO_END),
            ]),
            Event::Failure(_) => Vec::new(),
        }
    }

    fn amendment(&self, event: &Event, _place: &str) -> Result<Amendment, Loss> {
        match event {
            Event::Incident(Incident { key, resolved_at: Some(at), .. }) => {
                let body = json!({"type": "resolved", "id": key, "date": iso(*at)});
                self.impact(&body).map(Amendment::Send)
            }
            Event::Incident(_) => Ok(Amendment::Impossible("Sleuth changes an incident only when it ends")),
            _ => Ok(Amendment::Impossible("Sleuth does not change a deploy")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_named_in_an_address_by_its_letters_and_digits() {
        assert_eq!(slug("acme/Web  Shop!"), "acme-web-shop");
        assert_eq!(slug("checkout"), "checkout");
    }
}
