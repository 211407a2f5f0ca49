//! A Pushgateway: pushes each group with one PUT, lists the groups of this program, and deletes them.
//!
//! A PUT replaces its group as a whole, so the same push twice leaves the same state. Source: the Pushgateway's README,
//! sections "URL" and "PUT method"; what a version refuses was found by running 1.5.1.

pub mod gauges;
pub mod replay;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::{StreamExt as _, stream};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use self::gauges::PushGroup;
use crate::domain::group::GroupKind;
use crate::http::text::{is_page, shorten};
use crate::http::{Body, Client, HttpError, Login, Method, Request};

/// Groups that are pushed at the same time.
const AT_ONCE: usize = 8;
/// The text format's own name.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Why nothing, or not all, could be pushed.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum PushError {
    /// The transport failed.
    #[error("pushgateway: {0}")]
    Http(HttpError),
    /// It does not take a group.
    #[error("pushgateway: {group} was refused: {status}, {cause}")]
    Refused {
        /// The group's address.
        group: String,
        /// The status.
        status: u16,
        /// In the gateway's words, with what to do.
        cause: String,
    },
    /// What answers is something else.
    #[error("pushgateway: {url} is not a Pushgateway: {status}, {cause}; check `url` in [pushgateway]")]
    NoGateway {
        /// What was asked.
        url: String,
        /// The status.
        status: u16,
        /// What it answered.
        cause: String,
    },
}

impl From<HttpError> for PushError {
    fn from(error: HttpError) -> Self {
        Self::Http(error)
    }
}

/// The result of a push.
#[derive(Debug, Default)]
pub struct Pushed {
    /// Groups that it holds now.
    pub done: usize,
    /// What was refused, and why.
    pub refused: Vec<PushError>,
}

/// A Pushgateway and the job under which figures stand there.
pub struct Gateway {
    base: Url,
    job: String,
    login: Login,
    client: Client,
}

/// A group that it holds.
#[derive(Deserialize)]
struct HeldGroup {
    labels: BTreeMap<String, String>,
    #[serde(default = "yes")]
    last_push_successful: bool,
    /// What else it says: its metrics by name.
    #[serde(flatten)]
    metrics: BTreeMap<String, serde_json::Value>,
}

impl HeldGroup {
    /// Its labels as those of a [`PushGroup`].
    fn pairs(&self) -> Vec<(&str, String)> {
        self.labels.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
    }
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
struct Groups {
    data: Vec<HeldGroup>,
}

/// What a Pushgateway says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its version.
    pub version: String,
    /// Groups of the job.
    pub groups: usize,
    /// Those whose last push it refused.
    pub failed: Vec<String>,
}

impl Gateway {
    /// Rests between two pushes, at most until the deadline of the command.
    pub(crate) async fn rest(&self, time: Duration) {
        self.client.rest(time).await;
    }

    /// A gateway at an address.
    pub(crate) fn new(base: Url, job: String, login: Login, client: Client) -> Self {
        Self { base, job, login, client }
    }

    /// Puts every group. A refused group does not block the others; an unreachable gateway does.
    ///
    /// # Errors
    /// The transport failed.
    pub async fn push(&self, groups: &[PushGroup]) -> Result<Pushed, PushError> {
        let mut replies = stream::iter(groups)
            .map(|group| self.write(Method::Put, &group.labels, Some(&group.body)))
            .buffered(AT_ONCE);
        let mut pushed = Pushed::default();
        while let Some(reply) = replies.next().await {
            match reply {
                Ok(()) => pushed.done += 1,
                Err(refused @ PushError::Refused { .. }) => pushed.refused.push(refused),
                Err(error) => return Err(error),
            }
        }
        Ok(pushed)
    }

    /// Deletes the groups of the job that this program pushed and that are not in `keep`; returns their names.
    ///
    /// # Errors
    /// The transport failed, or it does not say what it holds.
    pub async fn prune(&self, keep: &[PushGroup]) -> Result<Vec<String>, PushError> {
        let keep: BTreeSet<&[(&str, String)]> = keep.iter().map(|group| group.labels.as_slice()).collect();
        let mut gone = Vec::new();
        for held in self.held().await? {
            let labels = held.pairs();
            if !keep.contains(labels.as_slice()) {
                self.write(Method::Delete, &labels, None).await?;
                gone.push(name(&labels));
            }
        }
        gone.sort();
        Ok(gone)
    }

    /// The version, and what it holds of the job.
    ///
    /// # Errors
    /// The transport failed, or the server is not a Pushgateway.
    pub async fn about(&self) -> Result<About, PushError> {
        let status: serde_json::Value = self.read(&["api", "v1", "status"]).await?;
        let version = status.pointer("/data/build_information/version").and_then(serde_json::Value::as_str);
        let own = self.held().await?;
        let named = |held: &HeldGroup| name(&held.pairs());
        Ok(About {
            version: shorten(version.unwrap_or("that it does not say")),
            groups: own.len(),
            failed: own.iter().filter(|held| !held.last_push_successful).map(named).collect(),
        })
    }

    /// Every group that this program pushed, without the job among its labels; also one that was only ever refused.
    async fn held(&self) -> Result<Vec<HeldGroup>, PushError> {
        let Groups { mut data } = self.read(&["api", "v1", "metrics"]).await?;
        data.retain(|held| self.is_own(&held.labels));
        for held in &mut data {
            held.labels.remove("job");
        }
        Ok(data)
    }

    /// Whether a group has the form that `push` creates, and so belongs to this job and program.
    fn is_own(&self, labels: &BTreeMap<String, String>) -> bool {
        let kind = labels.get("scope").and_then(|scope| GroupKind::parse(scope));
        let has = |label: &str| matches!(label, "job" | "scope") || kind.is_some_and(|kind| label == kind.as_str());
        labels.get("job") == Some(&self.job) && kind.is_some() && labels.keys().all(|label| has(label))
    }

    pub(super) async fn write(
        &self,
        method: Method,
        labels: &[(&str, String)],
        body: Option<&str>,
    ) -> Result<(), PushError> {
        let url = self.address(labels);
        let body = body.map(|text| Body { kind: TEXT, bytes: text.as_bytes() });
        let reply = self.client.send(self.login.sign(Request { body, ..Request::new(method, &url) })).await?;
        let (status, said) = (reply.status, reply.said());
        match status {
            200..=299 if is_page(&said) => {
                Err(PushError::NoGateway { url: url.to_string(), status, cause: shorten(&said) })
            }
            200..=299 => Ok(()),
            _ => Err(PushError::Refused { group: shorten(url.as_str()), status, cause: advice(status, &said) }),
        }
    }

    async fn read<T: serde::de::DeserializeOwned>(&self, path: &[&str]) -> Result<T, PushError> {
        let url = self.below(path.iter().map(|&part| part.to_owned()));
        let reply = self.client.send(self.login.sign(Request::new(Method::Get, &url))).await?;
        let status = reply.status;
        if matches!(status, 401 | 403) {
            return Err(PushError::Refused { group: url.to_string(), status, cause: advice(status, &reply.said()) });
        }
        let read = if status == 200 { serde_json::from_str(&reply.body).ok() } else { None };
        read.ok_or_else(|| PushError::NoGateway { url: url.to_string(), status, cause: reply.quote(&reply.body) })
    }

    /// The address of a group.
    fn address(&self, labels: &[(&str, String)]) -> Url {
        let pairs =
            std::iter::once(("job", self.job.as_str())).chain(labels.iter().map(|(name, v)| (*name, v.as_str())));
        let parts = pairs.flat_map(|(name, value)| {
            // Proxies and servers would interpret a slash, a dot or a percent sign.
            let is_plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
            if is_plain {
                [name.to_owned(), value.to_owned()]
            } else {
                [format!("{name}@base64"), URL_SAFE_NO_PAD.encode(value)]
            }
        });
        self.below(std::iter::once("metrics".to_owned()).chain(parts))
    }

    fn below(&self, parts: impl Iterator<Item = String>) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(parts);
        }
        url
    }
}

/// A group as a message names it.
fn name(labels: &[(&str, String)]) -> String {
    labels
        .iter()
        .find(|(name, _)| ["service", "team"].contains(name))
        .map_or_else(|| "all".to_owned(), |(name, value)| format!("{name} {value}"))
}

/// The gateway's words, and what to do.
fn advice(status: u16, said: &str) -> String {
    let way_out = if said.contains("is not a") || said.contains("should be a") {
        "; another group has a metric of this name and another type: delete that group, or push one of the two elsewhere"
    } else if said.contains("was collected before") {
        "; another group has the same labels: give this one another `job` in [pushgateway]"
    } else if status == 401 || status == 403 {
        "; it asks for a login: set `username` and `password_env`, or `bearer_token_env`, in [pushgateway]"
    } else if status == 404 || status == 405 {
        "; check that `url` in [pushgateway] is a Pushgateway's, without /metrics at its end"
    } else {
        ""
    };
    // The cause follows a fixed sentence.
    let said = said.rsplit_once("existing metrics: ").map_or(said, |(_, what)| what);
    format!("{}{way_out}", shorten(said))
}

#[cfg(test)]
mod tests;
