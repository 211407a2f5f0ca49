//! LinearB: deployments by commit, incidents by an id that we choose.
//!
//! Source: docs.linearb.io, "Deployments" and "Incidents". The same deployment posted twice is two deployments; the list
//! of deployments says whether one is there, by commit and instant. Incidents can be read and patched by `provider_id`.
//! LinearB computes lead times from its own copy of the repos.

use serde_json::{Value, json};
use url::Url;

use super::conversion::{NO_COMMIT, NO_END, commit, cut, iso, object, those};
use super::destination::{Account, Amendment, Destination, Limit, Lookup, Loss, Message, Verdict};
use super::history::{Deployment, Event, EventKind, Incident};
use super::setup::Setup;
use crate::domain::time::Timestamp;
use crate::http::Method;

const DEPLOYMENTS: &str = "deployments";
const INCIDENTS: &str = "incidents";
/// Characters of an id and of a title.
const LONGEST: usize = 255;

/// An account of LinearB.
pub struct LinearB {
    account: Account,
}

impl LinearB {
    /// The root of its API.
    pub const URL: &str = "https://public-api.linearb.io";
    /// The variable of its key.
    pub const VARIABLE: &str = "LINEARB_API_KEY";

    /// An account.
    pub fn new(setup: Setup) -> Self {
        let key = setup.key.clone();
        Self { account: Account::with_headers(setup, [("x-api-key", key)]) }
    }

    fn endpoint(&self, endpoint: &'static str) -> Url {
        self.account.setup.url(["api", "v1", endpoint])
    }

    /// The address of a repo as git clones it, which LinearB asks for.
    fn repo(&self, repo: &str) -> String {
        format!("{}.git", self.account.setup.repo(repo))
    }

    /// LinearB knows services by their name in lower case.
    fn services<'a>(&self, services: impl IntoIterator<Item = &'a String>) -> Value {
        let services: Vec<String> = services.into_iter().cloned().collect();
        let names = self.account.setup.services(&services);
        // A repo that is its own service needs none: LinearB knows the repo.
        let names: Vec<String> = names.into_iter().filter(|name| !name.contains('/')).map(str::to_lowercase).collect();
        if names.is_empty() { Value::Null } else { json!(names) }
    }

    fn deployment(&self, deployment: &Deployment) -> Result<Message, Loss> {
        let sha = commit(deployment.sha.as_deref()).ok_or(NO_COMMIT)?;
        let body = object([
            ("repo_url", json!(self.repo(&deployment.repo))),
            ("ref_name", json!(sha)),
            ("timestamp", iso(deployment.finished_at)),
            ("services", self.services([&deployment.service])),
        ]);
        Ok(Message::json(Method::Post, self.endpoint(DEPLOYMENTS), DEPLOYMENTS, &body).doubles())
    }

    fn incident(&self, incident: &Incident) -> Result<Vec<(&'static str, Value)>, Loss> {
        let url = incident.url.as_deref().ok_or("without a link, which LinearB requires")?;
        let title = incident.title.as_deref().unwrap_or(&incident.key);
        let cause = incident.cause.as_ref().and_then(|cause| Some((cause, commit(cause.sha.as_deref())?)));
        let repos = cause.map(|(cause, _)| json!([self.repo(&cause.repo).to_lowercase()]));
        Ok(vec![
            ("provider_id", json!(cut(&incident.key, LONGEST))),
            ("http_url", json!(url)),
            ("title", json!(cut(title, LONGEST))),
            ("issued_at", iso(incident.opened_at)),
            ("started_at", iso(incident.opened_at)),
            ("ended_at", incident.resolved_at.map_or(Value::Null, iso)),
            ("git_ref", cause.map_or(Value::Null, |(_, sha)| json!(sha))),
            ("services", self.services(&incident.services)),
            ("repository_urls", repos.unwrap_or(Value::Null)),
        ])
    }

    fn one(&self, incident: &Incident) -> Url {
        let id = cut(&incident.key, LONGEST);
        self.account.setup.url(["api", "v1", INCIDENTS, id.as_str()])
    }
}

impl Destination for LinearB {
    fn name(&self) -> &'static str {
        "LinearB"
    }

    fn account(&self) -> &Account {
        &self.account
    }

    fn limit(&self, _endpoint: &'static str) -> Limit {
        Limit::documented(60)
    }

    fn message(&self, event: &Event, _place: &str) -> Result<Message, Loss> {
        match event {
            Event::Deployment(deployment) => self.deployment(deployment),
            Event::Incident(incident) => {
                let body = object(self.incident(incident)?);
                Ok(Message::json(Method::Post, self.endpoint(INCIDENTS), INCIDENTS, &body))
            }
            Event::Failure(_) => Err("LinearB marks no deployment as failed"),
        }
    }

    fn unsaid(&self, event: &Event) -> Vec<Loss> {
        match event {
            Event::Deployment(_) => vec!["the start, the environment and the link, for which LinearB has no fields"],
            Event::Incident(incident) => those(&[
                (incident.priority.is_some(), "the priority, for which LinearB has no field"),
                (incident.is_over_without_an_end, NO_END),
            ]),
            Event::Failure(_) => Vec::new(),
        }
    }

    fn amendment(&self, event: &Event, _place: &str) -> Result<Amendment, Loss> {
        match event {
            Event::Incident(incident) => {
                let fields = self.incident(incident)?;
                let body = object(fields.into_iter().filter(|(name, _)| !["provider_id", "http_url"].contains(name)));
                Ok(Amendment::Send(Message::json(Method::Patch, self.one(incident), INCIDENTS, &body)))
            }
            _ => Ok(Amendment::Impossible("LinearB does not change a deployment")),
        }
    }

    fn lookup(&self, event: &Event, _place: &str) -> Option<Lookup> {
        let Event::Deployment(deployment) = event else { return None };
        let sha = commit(deployment.sha.as_deref())?.to_owned();
        let second = |at: Timestamp| at.0.div_euclid(1_000);
        let at = deployment.finished_at;
        let around = |off: i64| Timestamp((second(at) + off) * 1_000).to_rfc3339();
        let mut url = self.endpoint(DEPLOYMENTS);
        url.query_pairs_mut().extend_pairs([
            ("commit_sha", sha.as_str()),
            ("after", &around(-1)),
            ("before", &around(2)),
            ("limit", "100"),
        ]);
        let alike = format!("{sha} {}", second(at));
        let count = move |page: &Value| {
            let items = page.get("items").and_then(Value::as_array);
            let is_it = |item: &&Value| {
                let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
                let is_sha = text("commit_sha").starts_with(&sha) || text("ref_name") == sha;
                is_sha && Timestamp::parse(text("published_at")).is_ok_and(|found| second(found) == second(at))
            };
            items.map_or(0, |items| items.iter().filter(is_it).count())
        };
        Some(Lookup { url, alike, count: Box::new(count), next: |_, _| None })
    }

    fn reads(&self, kind: EventKind, status: u16, _body: &str, _said: &str) -> Option<Verdict> {
        // An incident that is there already has this `provider_id`, which is ours.
        (kind == EventKind::Incident && status == 409).then_some(Verdict::Taken)
    }
}
