//! The sections of the providers, as the registry reads them.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::document::{ConfigError, Section};
use crate::domain::event::Table;
use crate::sources::github::Issues;
use crate::sources::provider::{Account, Provider, Reader};
use crate::sources::registry::providers;

/// A provider that has a section.
#[derive(Debug, Clone)]
pub struct Source {
    /// Which one.
    pub provider: &'static Provider,
    /// What its section says.
    pub reader: Reader,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.provider.id == other.provider.id && format!("{:?}", self.reader) == format!("{:?}", other.reader)
    }
}

impl Source {
    /// The name under which its rows and coverage stand.
    pub fn name(&self) -> &str {
        self.account().and_then(|account| account.source()).unwrap_or(self.provider.id)
    }

    /// The account of the source; `None` for GitHub.
    pub fn account(&self) -> Option<&Arc<dyn Account>> {
        match &self.reader {
            Reader::Account(account) => Some(account),
            Reader::Github(_) | Reader::GithubIssues(_) => None,
        }
    }

    /// The issues that are incidents, where it reads those.
    pub fn issues(&self) -> Option<&Issues> {
        match &self.reader {
            Reader::GithubIssues(issues) => Some(issues),
            Reader::Account(_) | Reader::Github(_) => None,
        }
    }

    /// Whether it fills a table.
    pub fn gives(&self, table: Table) -> bool {
        self.provider.gives.contains(&table)
    }

    /// What figures depend on.
    fn digest(&self) -> Value {
        match &self.reader {
            Reader::Account(account) => account.digest(),
            Reader::Github(github) => github.digest(),
            Reader::GithubIssues(issues) => issues.digest(),
        }
    }
}

/// The providers that have a section, in the order of the registry.
pub(super) fn read(top: &Section<'_>) -> Result<Vec<Source>, ConfigError> {
    let mut sources: Vec<Source> = Vec::new();
    for provider in providers() {
        let name = provider.section();
        if !provider.is_repeated() {
            if let Some(section) = top.section(name)? {
                sources.push(Source { provider, reader: (provider.read)(&section)? });
            }
            continue;
        }
        for section in top.repeated(name)? {
            let source = Source { provider, reader: (provider.read)(&section)? };
            let is_taken = providers().any(|other| other.id == source.name())
                || sources.iter().any(|other| other.name().eq_ignore_ascii_case(source.name()));
            if is_taken {
                let words = format!("`{}` is the name of another source; choose another one", source.name());
                return Err(section.unusable("name", &words));
            }
            sources.push(source);
        }
    }
    Ok(sources)
}

/// How many providers the registry had when the digest was defined: each has its place in it, configured or not.
const PLACED: usize = 5;

/// What figures depend on of all providers. A provider that came later is there only where it is configured, so that a
/// configuration keeps its digest.
pub(super) fn digest(sources: &[Source]) -> Vec<Value> {
    let of = |provider: &Provider| sources.iter().find(|source| source.provider.id == provider.id);
    let placed = providers().take(PLACED).map(|provider| of(provider).map_or(Value::Null, Source::digest));
    let of_later = |source: &&Source| providers().skip(PLACED).any(|later| later.id == source.provider.id);
    let later = sources.iter().filter(of_later).map(|it| json!([it.provider.id, it.digest()]));
    placed.chain(later).collect()
}
