//! Requests to one incident service: GET, JSON, and the meaning of its refusals.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use secrecy::SecretString;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::mpsc::Sender;
use url::Url;

use super::Plan;
use super::error::{QueryError, SourceError};
use crate::http::text::Secrets;
use crate::http::{Body, BudgetLeft, Client, Clock, HttpError, Method, Reply, Request, Scheme, host};
use crate::sources::event::{Cost, Event};

/// What differs between services.
#[derive(Debug, Clone, Copy)]
pub(in crate::sources) struct Dialect {
    /// What it is called.
    pub(in crate::sources) service: &'static str,
    /// How the key is sent.
    pub(in crate::sources) scheme: Scheme<'static>,
    /// How a key of the other kind is sent, where a service has two: tried where the first request is refused.
    pub(in crate::sources) or_scheme: Option<Scheme<'static>>,
    /// Headers of every request.
    pub(in crate::sources) headers: &'static [(&'static str, &'static str)],
    /// The scope that a token needs for an address, where the service says no more than that one is missing.
    pub(in crate::sources) scope: fn(&[&str]) -> &'static str,
}

/// A service that can be asked.
pub(in crate::sources) struct Api {
    client: Client,
    root: Url,
    token: SecretString,
    user: Option<String>,
    /// Additional headers from the configuration.
    headers: Vec<(String, String)>,
    /// The header that contains only the key.
    key_header: Option<String>,
    dialect: Dialect,
    kind: AtomicU8,
}

/// Of a service with two kinds of keys: which one the key is.
const UNKNOWN: u8 = 0;
const FIRST: u8 = 1;
const SECOND: u8 = 2;

impl Api {
    /// Sets everything up; sends nothing. With a user, the key is that user's password.
    pub(in crate::sources) fn new(
        plan: &Plan,
        user: Option<String>,
        dialect: Dialect,
        clock: Clock,
        events: &Sender<Event>,
    ) -> Result<Self, SourceError> {
        let teller = events.clone();
        let notify = Arc::new(move |text: String| -> Pin<Box<dyn Future<Output = ()> + Send>> {
            let teller = teller.clone();
            Box::pin(async move {
                // If the receiver is gone, sending the next page fails.
                let _ = teller.send(Event::Waiting(text)).await;
            })
        });
        let floor = u64::try_from(plan.concurrency).unwrap_or(1);
        let client = Client::new(clock, notify, plan.waits, floor).map_err(SourceError::Http)?;
        Ok(Self {
            client,
            root: plan.api_url.clone(),
            token: plan.token.clone(),
            user,
            headers: Vec::new(),
            key_header: None,
            dialect,
            kind: AtomicU8::new(UNKNOWN),
        })
    }

    /// The same with further headers, and with the key alone in the header of this name.
    pub(in crate::sources) fn with_headers(self, headers: Vec<(String, String)>, key_header: Option<String>) -> Self {
        Self { headers, key_header, ..self }
    }

    /// What was spent so far.
    pub(in crate::sources) fn cost(&self) -> Cost {
        Cost { requests: self.client.sent(), points: None, left: self.budget_left().map(|budget| budget.left) }
    }

    /// What is left to ask with, as last seen.
    pub(in crate::sources) fn budget_left(&self) -> Option<BudgetLeft> {
        self.client.budget_left("")
    }

    /// Words of the service on one short line, without the key.
    pub(in crate::sources) fn quote(&self, text: &str) -> String {
        Secrets::new(vec![self.token.clone()]).quote(text)
    }

    /// Reads an address below the root.
    pub(in crate::sources) async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, QueryError> {
        Ok(self.read(&self.address(path, query), path, None).await?.0)
    }

    /// Sends JSON to an address below the root, and reads the reply. What is sent must change nothing: it may be sent
    /// twice.
    pub(in crate::sources) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &Value,
    ) -> Result<T, QueryError> {
        Ok(self.read(&self.address(path, &[]), path, Some(&body.to_string())).await?.0)
    }

    /// An address below the root.
    pub(in crate::sources) fn address(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Reads a page of a list, and where its header `Link` says that the next one is.
    pub(in crate::sources) async fn get_page<T: DeserializeOwned>(
        &self,
        url: &Url,
    ) -> Result<(T, Option<Url>), QueryError> {
        let (page, reply) = self.read(url, &[], None).await?;
        let next = reply.next_page.map(|next| self.next_page(url, &next)).transpose()?;
        Ok((page, next))
    }

    /// Reads a page of a list, and the token that the next one is asked for with.
    pub(in crate::sources) async fn get_continued<T: DeserializeOwned>(
        &self,
        url: &Url,
    ) -> Result<(T, Option<String>), QueryError> {
        let path: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let (page, reply) = self.read(url, &path, None).await?;
        Ok((page, reply.continuation.filter(|token| !token.is_empty())))
    }

    /// The address of a next page as a reply to `url` names it, absolute or not. The key goes to no other host.
    pub(in crate::sources) fn next_page(&self, url: &Url, named: &str) -> Result<Url, QueryError> {
        let service = self.dialect.service;
        let next = url.join(named).map_err(|cause| {
            QueryError::Here(format!(
                "the next page that {service} names is not a valid address ({cause}); run again later"
            ))
        })?;
        if next.origin() == self.root.origin() {
            return Ok(next);
        }
        Err(QueryError::Here(format!(
            "{service} says that the next page is on {}, and the key goes to {} only; set `api_url` to the address \
             that the service uses in its own links",
            host(&next),
            host(&self.root)
        )))
    }

    /// Reads an address: what it holds, and the reply. `path` is what a scope depends on.
    async fn read<T: DeserializeOwned>(
        &self,
        url: &Url,
        path: &[&str],
        body: Option<&str>,
    ) -> Result<(T, Reply), QueryError> {
        // A body cut off or mangled on the way is asked for once more.
        for is_last in [false, true] {
            let reply = self.send(url, body).await?;
            let (service, quoted) = (self.dialect.service, || format!("{}: {}", reply.status, words(&reply)));
            match reply.status {
                // Azure DevOps answers a key that has ended with its sign-in page and this status.
                203 if is_page(&reply.body) => {
                    let cause = format!("{}: it sends its sign-in page", reply.status);
                    return Err(SourceError::Authentication { service, cause }.into());
                }
                200..=299 => match serde_json::from_str(&reply.body) {
                    Ok(data) => return Ok((data, reply)),
                    Err(cause) if is_last => {
                        let cause = reply.quote(&cause.to_string());
                        return Err(QueryError::Here(format!(
                            "the reply of {service} does not have the expected form: {cause}"
                        )));
                    }
                    Err(_) => self.client.pause(0).await,
                },
                // The key is valid but lacks a scope. Jira Service Management sends this reply instead of 403.
                401 if words(&reply).to_lowercase().contains("scope does not match") => {
                    let scope = (self.dialect.scope)(path);
                    let words =
                        format!("{} (the key lacks the scope `{scope}`; create a key with this scope)", quoted());
                    return Err(QueryError::Denied(words));
                }
                401 => return Err(SourceError::Authentication { service, cause: quoted() }.into()),
                // OpsGenie's answer to a key that is cut off or of another product.
                422 if words(&reply).to_lowercase().contains("key format") => {
                    return Err(SourceError::Authentication { service, cause: quoted() }.into());
                }
                402 => {
                    let words = format!("{} (the plan of this account does not include it)", quoted());
                    return Err(QueryError::Denied(words));
                }
                404 | 410 => {
                    let address = format!("{}{}", url.origin().ascii_serialization(), url.path());
                    return Err(QueryError::Gone(format!(
                        "{} (there is nothing at {address}; check `api_url`, the names in the section, and what the key may \
                         read)",
                        quoted()
                    )));
                }
                // Grafana's answer to a token that it does not know.
                403 if words(&reply).to_lowercase().contains("invalid token") => {
                    return Err(SourceError::Authentication { service, cause: quoted() }.into());
                }
                403 => {
                    let words = format!("{} (this key may not read it; check what the key may do)", quoted());
                    return Err(QueryError::Denied(words));
                }
                _ => return Err(QueryError::Here(format!("{service} answered {}", quoted()))),
            }
        }
        Err(QueryError::Here(format!("{} did not answer", self.dialect.service)))
    }

    /// Sends one request. Until one succeeds, a refused request goes out once more with the key as one of the other
    /// kind.
    async fn send(&self, url: &Url, body: Option<&str>) -> Result<Reply, HttpError> {
        let request = |scheme| Request {
            token: Some(&self.token),
            scheme,
            headers: self.dialect.headers,
            plain_headers: &self.headers,
            body: body.map(Body::json),
            ..Request::new(if body.is_some() { Method::Post } else { Method::Get }, url)
        };
        let of_user = self.user.as_deref().map(Scheme::PasswordOf);
        let first = self.key_header.as_deref().map(Scheme::Header).or(of_user).unwrap_or(self.dialect.scheme);
        let Some(second) = self.dialect.or_scheme else { return self.client.send(request(first)).await };
        let kind = self.kind.load(Ordering::Relaxed);
        let reply = self.client.send(request(if kind == SECOND { second } else { first })).await?;
        if kind != UNKNOWN {
            return Ok(reply);
        }
        let is_refused = matches!(reply.status, 401 | 403) || (reply.status == 203 && is_page(&reply.body));
        if (200..300).contains(&reply.status) && !is_refused {
            self.kind.store(FIRST, Ordering::Relaxed);
        }
        if !is_refused {
            return Ok(reply);
        }
        let other = self.client.send(request(second)).await?;
        if !(200..300).contains(&other.status) {
            return Ok(reply);
        }
        self.kind.store(SECOND, Ordering::Relaxed);
        Ok(other)
    }
}

/// Where services say why they refuse.
const MESSAGES: [&str; 8] = [
    "/error/message",
    "/message",
    "/error",
    "/errors/0/message",
    "/errors/0/detail",
    "/errors/0/title",
    "/errorMessages/0",
    "/detail",
];

/// Whether a body is a page for people.
fn is_page(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

/// The message of a refusal, else its body, shortened.
fn words(reply: &Reply) -> String {
    let body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    let message = MESSAGES.iter().find_map(|place| body.pointer(place)?.as_str());
    let details = body.pointer("/error/errors/0").and_then(Value::as_str);
    match (message, details) {
        (Some(message), Some(details)) => reply.quote(&format!("{message} {details}")),
        (Some(message), None) => reply.quote(message),
        (None, _) => reply.quote(&reply.body),
    }
}
