//! Sends one GraphQL query, retries it if useful, and returns only complete replies.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

use super::credentials::{Credentials, below};
use super::envelope::{Envelope, ReplyErrors, is_limited, meaning, of_alias, words};
use super::error::{GitHubError, QueryError};
use super::refusal::{left_out, refusal};
use super::server_schema::ServerSchema;
use super::skipped::Skipped;
use crate::domain::time::Timestamp;
use crate::http::BudgetLeft;
use crate::http::{Body, Client, Method, Reply, Request};
use crate::sources::event::Cost;
use crate::sources::nulls;

/// The budgets of GitHub.
const GRAPHQL: &str = "graphql";
const REST: &str = "core";

/// Lists in which a null means something: a commit of which one parent is missing is not whole, and an empty entry
/// among workflow runs is one of those that GitHub says there are.
const NULLS_KEPT: [&str; 2] = ["parents", "workflow_runs"];

/// How often a query with a passing error is asked.
const TRIES: u32 = 3;

/// The result of a query over several repos for one of them.
#[derive(Debug)]
pub(super) enum Share<T> {
    /// All that was asked for.
    Whole(T),
    /// It is not there, or not shown to this token.
    Refused(String),
    /// No reliable result: ask for it alone.
    Unclear,
}

/// GitHub's GraphQL API.
pub(super) struct Api {
    client: Client,
    credentials: Credentials,
    root: Url,
    url: Url,
    points: AtomicU64,
    scopes: OnceLock<String>,
    token_end: OnceLock<Timestamp>,
    /// What was left out of replies.
    pub(super) skipped: Skipped,
    older: ServerSchema,
}

impl Api {
    pub(super) fn new(client: Client, credentials: Credentials, api_url: &Url) -> Result<Self, GitHubError> {
        let (root, url) = (api_url.clone(), graphql_url(api_url)?);
        let (points, scopes, token_end) = (AtomicU64::new(0), OnceLock::new(), OnceLock::new());
        let (skipped, older) = (Skipped::default(), ServerSchema::default());
        Ok(Self { client, credentials, root, url, points, scopes, token_end, skipped, older })
    }

    /// What was spent so far.
    pub(super) fn cost(&self) -> Cost {
        Cost {
            requests: self.client.sent(),
            points: Some(self.points.load(Ordering::Relaxed)),
            left: self.client.budget_left(GRAPHQL).map(|budget| budget.left),
        }
    }

    /// The scopes of the token, where a reply named them.
    pub(super) fn scopes(&self) -> Option<&str> {
        self.scopes.get().map(String::as_str)
    }

    /// When the token ends, where a reply said so. An App's tokens end within the hour and are renewed: none of theirs.
    pub(super) fn token_end(&self) -> Option<Timestamp> {
        self.token_end.get().copied().filter(|_| !self.credentials.can_renew())
    }

    /// Asks, and gives back the data of a reply without errors. Empty entries of lists are skipped and counted for the
    /// repo `scope`.
    pub(super) async fn query<T: DeserializeOwned>(
        &self,
        scope: &str,
        query: &str,
        variables: impl Serialize,
    ) -> Result<T, QueryError> {
        self.query_page(scope, query, variables, |_| Ok(())).await
    }

    /// The same for a page of a list, which `look` may refuse before it is read.
    pub(super) async fn query_page<T: DeserializeOwned>(
        &self,
        scope: &str,
        query: &str,
        variables: impl Serialize,
        look: impl FnOnce(&Value) -> Result<(), QueryError>,
    ) -> Result<T, QueryError> {
        let variables = json!(variables);
        let mut nth = 0;
        loop {
            let body = json!({"query": self.older.wording(query), "variables": variables}).to_string();
            let reply = self.post(&body).await?;
            let problem = match self.understand(&reply)? {
                Ok(data) => {
                    look(&data)?;
                    return self.parse(scope, data, &reply);
                }
                Err(problem) if self.older.learn(&problem) => continue,
                Err(problem) => problem,
            };
            if nth + 1 >= TRIES {
                return Err(QueryError::Here(format!("GitHub answered {TRIES} times with an error: {problem}")));
            }
            self.client.pause(nth).await;
            nth += 1;
        }
    }

    /// A reply, or a part of it, as the type that was asked for.
    fn parse<T: DeserializeOwned>(&self, scope: &str, mut data: Value, reply: &Reply) -> Result<T, QueryError> {
        self.skipped.add(scope, nulls::remove(&mut data, &NULLS_KEPT));
        serde_json::from_value(data).map_err(|cause| {
            let cause = reply.quote(&cause.to_string());
            QueryError::Here(format!("GitHub's reply does not have the expected form: {cause}"))
        })
    }

    /// Asks once for several repos, under the aliases `r0`, `r1`, …; what each brought, in this order.
    pub(super) async fn several<T: DeserializeOwned>(
        &self,
        scopes: &[&str],
        query: &str,
        variables: impl Serialize,
    ) -> Result<Vec<Share<T>>, QueryError> {
        let reply = self.post(&json!({"query": query, "variables": variables}).to_string()).await?;
        let envelope = self.envelope(&reply)?.map_err(QueryError::Here)?;
        let mut data = envelope.data.unwrap_or_default();
        self.count(&data);
        let errors = envelope.errors.unwrap_or_default();
        let share = |(index, scope): (usize, &&str)| {
            let alias = format!("r{index}");
            match meaning(&of_alias(&errors, &alias), reply.sso.as_deref(), |text| reply.quote(text)) {
                Some(ReplyErrors::Final(cause)) => Share::Refused(cause),
                Some(_) => Share::Unclear,
                None => {
                    let own = data.get_mut(&alias).map(Value::take);
                    own.and_then(|own| self.parse(scope, own, &reply).ok()).map_or(Share::Unclear, Share::Whole)
                }
            }
        };
        Ok(scopes.iter().enumerate().map(share).collect())
    }

    /// Counts the points that a reply says it cost.
    fn count(&self, data: &Value) {
        let cost = data.pointer("/rateLimit/cost").and_then(Value::as_u64).unwrap_or(0);
        self.points.fetch_add(cost, Ordering::Relaxed);
    }

    /// The envelope of a reply, or a problem that may pass.
    fn envelope(&self, reply: &Reply) -> Result<Result<Envelope, String>, QueryError> {
        let quoted = || format!("{}: {}", reply.status, words(reply));
        match reply.status {
            401 | 403 => return Err(of_one_organization(reply).unwrap_or_else(|| not_accepted(reply).into())),
            404 => {
                let cause = format!("{} answered {}; check api_url", self.url, quoted());
                return Err(GitHubError::Failed { cause }.into());
            }
            502 | 504 => return Err(QueryError::Heavy(quoted())),
            _ => {}
        }
        Ok(serde_json::from_str(&reply.body).map_err(|_| format!("no JSON but `{}`", reply.quote(&reply.body))))
    }

    /// The data of a reply, or a problem that may pass.
    fn understand(&self, reply: &Reply) -> Result<Result<Value, String>, QueryError> {
        let envelope = match self.envelope(reply)? {
            Ok(envelope) => envelope,
            Err(problem) => return Ok(Err(problem)),
        };
        match meaning(&envelope.errors.unwrap_or_default(), reply.sso.as_deref(), |text| reply.quote(text)) {
            Some(ReplyErrors::Heavy(cause)) => Err(QueryError::Heavy(cause)),
            Some(ReplyErrors::Final(cause)) => Err(QueryError::Denied(cause)),
            Some(ReplyErrors::Passing(cause)) => Ok(Err(cause)),
            None => match envelope.data {
                Some(data) if !data.is_null() => {
                    self.count(&data);
                    Ok(Ok(data))
                }
                _ => Ok(Err(format!("{}: {}", reply.status, words(reply)))),
            },
        }
    }

    /// Reads a REST address below the API's root. Empty entries of lists are skipped and counted for the repo `scope`.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        scope: &str,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, QueryError> {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url.query_pairs_mut().extend_pairs(query);
        let reply = self.send(&url, None).await?;
        let quoted = || format!("{}: {}", reply.status, words(&reply));
        match reply.status {
            200 => match serde_json::from_str(&reply.body) {
                Ok(data) => self.parse(scope, data, &reply),
                Err(_) => Err(QueryError::Here(format!("GitHub sent `{}` instead of JSON", reply.quote(&reply.body)))),
            },
            401 => Err(not_accepted(&reply).into()),
            403 if let Some(refused) = of_one_organization(&reply) => Err(refused),
            403 | 404 | 410 | 451 => Err(QueryError::Denied(format!(
                "{} It is gone, or this token may not read it; check the name and the token",
                quoted()
            ))),
            _ => Err(QueryError::Here(quoted())),
        }
    }

    async fn post(&self, body: &str) -> Result<Reply, QueryError> {
        self.send(&self.url, Some(body)).await
    }

    /// What is left to ask with, as last seen.
    pub(super) fn budget_left(&self) -> Option<BudgetLeft> {
        self.client.budget_left(GRAPHQL)
    }

    async fn send(&self, url: &Url, body: Option<&str>) -> Result<Reply, QueryError> {
        let (method, resource) = if body.is_some() { (Method::Post, GRAPHQL) } else { (Method::Get, REST) };
        let mut signed = self.credentials.sign(&self.client, None).await?;
        for renewed in [false, true] {
            let request = Request {
                body: body.map(Body::json),
                transport: Some(&signed),
                token: Some(&signed.token),
                resource,
                // For a query, a retry with a smaller page is better.
                is_final: if body.is_some() { |status, _| matches!(status, 502 | 504) } else { |_, _| false },
                is_limited,
                ..Request::new(method, url)
            };
            let reply = self.client.send(request).await?;
            if let Some(scopes) = &reply.scopes {
                // They are the token's: every reply names the same.
                let _ = self.scopes.set(scopes.clone());
            }
            if let Some(end) = reply.token_end.as_deref().and_then(token_end) {
                let _ = self.token_end.set(end);
            }
            if let Some(organizations) = left_out(reply.sso.as_deref()) {
                self.skipped.set_organizations(organizations);
            }
            if reply.status != 401 || renewed || !self.credentials.can_renew() {
                return Ok(reply);
            }
            signed = self.credentials.sign(&self.client, Some(&signed.token)).await?;
        }
        Err(QueryError::Here("GitHub did not answer".into()))
    }

    /// Waits a little before the `nth` further try, from 0.
    pub(super) async fn pause(&self, nth: u32) {
        self.client.pause(nth).await;
    }
}

/// The end of a token as GitHub writes it: `2026-12-05 09:30:00 UTC`, or with an offset like `-0800`.
fn token_end(text: &str) -> Option<Timestamp> {
    let text = text.trim().replace("UTC", "+0000");
    let end = chrono::DateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S %z").ok()?;
    Some(Timestamp(end.timestamp_millis()))
}

/// A token that is not accepted.
fn not_accepted(reply: &Reply) -> GitHubError {
    GitHubError::refused(format!("{}: {}", reply.status, words(reply)), reply.sso.as_deref())
}

/// A refusal by a rule of one organization: others can be read.
fn of_one_organization(reply: &Reply) -> Option<QueryError> {
    let words = format!("{}: {}", reply.status, words(reply));
    let refusal = refusal(&words, reply.sso.as_deref()).filter(|refusal| refusal.is_of_one_organization)?;
    Some(QueryError::Denied(format!("{words} ({})", refusal.advice)))
}

/// GraphQL lies beside REST: on GitHub Enterprise Server at `/api/graphql`, not below `/api/v3`.
fn graphql_url(api_url: &Url) -> Result<Url, GitHubError> {
    let path = api_url.path().trim_end_matches('/');
    let Some(root) = path.strip_suffix("/v3").filter(|root| root.ends_with("/api")) else {
        return below(api_url, "graphql");
    };
    let mut url = api_url.clone();
    url.set_path(&format!("{root}/graphql"));
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_token_is_read_in_utc_or_with_an_offset() {
        let noon = Timestamp::parse("2026-12-05T12:00:00Z").expect("an instant");
        for text in ["2026-12-05 12:00:00 UTC", "2026-12-05 04:00:00 -0800", " 2026-12-05 12:00:00 +0000"] {
            assert_eq!(token_end(text), Some(noon), "{text}");
        }
        for text in ["", "soon", "2026-12-05", "2026-13-05 12:00:00 UTC"] {
            assert_eq!(token_end(text), None, "{text}");
        }
    }

    #[test]
    fn the_graphql_address_is_derived_from_the_rest_address() {
        for (api, graphql) in [
            ("https://api.github.com", "https://api.github.com/graphql"),
            ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
            ("https://ghes.acme.io/api/v3", "https://ghes.acme.io/api/graphql"),
            ("https://ghes.acme.io:8443/api/v3/", "https://ghes.acme.io:8443/api/graphql"),
            ("https://acme.io/git/api/v3", "https://acme.io/git/api/graphql"),
            ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x/graphql"),
        ] {
            let url = Url::parse(api).expect("an address");
            assert_eq!(graphql_url(&url).expect("an address").as_str(), graphql);
        }
    }
}
