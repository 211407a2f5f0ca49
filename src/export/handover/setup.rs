//! What every tool needs to be set up: its address, its key, what services are called there, and where the repos are.

use std::collections::BTreeMap;

use secrecy::SecretString;
use url::Url;

use crate::domain::time::Timestamp;

/// What a tool is set up with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The root of its API.
    pub base: Url,
    /// Its key; `None` where nothing is sent.
    pub key: Option<SecretString>,
    /// The variable that holds the key.
    pub variable: String,
    /// Where the repos can be looked at: `https://github.com`.
    pub repos: Url,
    /// What services are called in the tool, where that is not their own name.
    pub names: BTreeMap<String, String>,
    /// The clock.
    pub now: Timestamp,
}

impl Setup {
    /// The address of a repo.
    pub(super) fn repo(&self, repo: &str) -> String {
        below(&self.repos, repo.split('/')).to_string()
    }

    /// What a service is called in the tool.
    pub(super) fn service<'a>(&'a self, service: &'a str) -> &'a str {
        self.names.get(service).map_or(service, String::as_str)
    }

    /// What services are called in the tool, each name once.
    pub(super) fn services<'a>(&'a self, services: &'a [String]) -> Vec<&'a str> {
        let mut names: Vec<&str> = Vec::new();
        for name in services.iter().map(|service| self.service(service)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// An address below the root of the API.
    pub(super) fn url<'p>(&self, parts: impl IntoIterator<Item = &'p str>) -> Url {
        below(&self.base, parts)
    }

    /// What the ledger calls the account: the root of the API.
    pub(super) fn account(&self) -> String {
        self.base.as_str().trim_end_matches('/').to_owned()
    }
}

fn below<'p>(base: &Url, parts: impl IntoIterator<Item = &'p str>) -> Url {
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(parts);
    }
    url
}
