//! Cortex: deploys of catalog entities. It has no API for incidents.
//!
//! Source: docs.cortex.io, "Deploys" and "REST API operations". The same deploy posted twice is two deploys; `customData`
//! holds our key, and the list of the entity's deploys says whether one is there.

use serde_json::{Value, json};
use url::Url;

use super::conversion::{iso, object};
use super::destination::{Account, Amendment, Destination, Limit, Lookup, Loss, Message};
use super::history::{Deployment, Event};
use super::setup::Setup;
use crate::http::Method;

/// What `customData` calls our key.
const KEY: &str = "dora-report";
/// Deploys on a page of the list.
const PAGE: &str = "1000";

/// An account of Cortex.
pub struct Cortex {
    account: Account,
}

impl Cortex {
    /// The root of its API.
    pub const URL: &str = "https://api.getcortexapp.com";
    /// The variable of the key.
    pub const VARIABLE: &str = "CORTEX_TOKEN";

    /// An account.
    pub fn new(setup: Setup) -> Self {
        Self { account: Account::with_token(setup) }
    }

    fn deploys(&self, tag: &str) -> Url {
        self.account.setup.url(["api", "v1", "catalog", tag, "deploys"])
    }

    fn deployment(&self, deployment: &Deployment, tag: &str) -> Message {
        let revision = deployment.sha.as_deref().map_or(&*deployment.key, |sha| sha.get(..7).unwrap_or(sha));
        let body = object([
            ("timestamp", iso(deployment.finished_at)),
            ("title", json!(format!("{} {revision}", deployment.repo))),
            ("type", json!(if deployment.is_rollback { "ROLLBACK" } else { "DEPLOY" })),
            ("sha", json!(deployment.sha)),
            ("environment", json!(deployment.environment)),
            ("url", json!(deployment.url)),
            ("customData", json!({KEY: deployment.key})),
        ]);
        Message::json(Method::Post, self.deploys(tag), "deploys", &body).doubles()
    }
}

/// The next page of a list, whose pages count from 0.
fn next_page(url: &Url, page: &Value) -> Option<Url> {
    let number = |name: &str| page.get(name).and_then(Value::as_u64);
    let next = number("page")? + 1;
    let mut url = url.clone();
    url.query_pairs_mut().clear().extend_pairs([("pageSize", PAGE), ("page", &next.to_string())]);
    (next < number("totalPages")?).then_some(url)
}

impl Destination for Cortex {
    fn name(&self) -> &'static str {
        "Cortex"
    }

    fn account(&self) -> &Account {
        &self.account
    }

    fn limit(&self, _endpoint: &'static str) -> Limit {
        Limit::documented(1_000)
    }

    fn places(&self, event: &Event) -> Result<Vec<String>, Loss> {
        match event {
            Event::Deployment(deployment) => Ok(vec![self.account.setup.service(&deployment.service).to_owned()]),
            _ => Err("for which Cortex has no API"),
        }
    }

    fn message(&self, event: &Event, place: &str) -> Result<Message, Loss> {
        match event {
            Event::Deployment(deployment) => Ok(self.deployment(deployment, place)),
            _ => Err("for which Cortex has no API"),
        }
    }

    fn unsaid(&self, _event: &Event) -> Vec<Loss> {
        vec!["the start, for which Cortex has no field"]
    }

    fn amendment(&self, _event: &Event, _place: &str) -> Result<Amendment, Loss> {
        Ok(Amendment::Impossible("Cortex knows a deploy by an id of its own; delete it there to send it again"))
    }

    fn lookup(&self, event: &Event, place: &str) -> Option<Lookup> {
        let Event::Deployment(deployment) = event else { return None };
        let mut url = self.deploys(place);
        url.query_pairs_mut().extend_pairs([("pageSize", PAGE), ("page", "0")]);
        let key = deployment.key.clone();
        let alike = format!("{place} {key}");
        let count = move |page: &Value| {
            let deploys = page.get("deployments").and_then(Value::as_array);
            let is_it =
                |deploy: &&Value| deploy.pointer("/customData/dora-report").and_then(Value::as_str) == Some(&key);
            deploys.map_or(0, |deploys| deploys.iter().filter(is_it).count())
        };
        Some(Lookup { url, alike, count: Box::new(count), next: next_page })
    }
}
