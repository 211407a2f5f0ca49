//! Connects each configured account: its key from the environment, the span and the limits from the flags; and reads
//! from the dataset what is known of it.

use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use url::Url;

use super::history;
use super::plan::{production, since};
use crate::cli::args::Fetch;
use crate::cli::context::secret;
use crate::cli::exit::{AccessError, UsageError};
use crate::config::{Config, Source};
use crate::domain::event::Table;
use crate::domain::time::Timestamp;
use crate::sources::incidents::{Known, KnownScope, Plan, SETTLED_MS, SourceError};
use crate::sources::provider::{Account, Connection, Provider};
use crate::store::Dataset;

/// How far back the first fetch goes where `[github]` does not say it.
const HISTORY_DAYS: u32 = 365;
/// Requests in flight at once where `[github]` does not say it.
const CONCURRENCY: u32 = 8;

/// An account that can be asked.
pub(in crate::cli::commands) struct Connected {
    pub(in crate::cli::commands) provider: &'static Provider,
    /// The name under which its rows and coverage stand.
    pub(super) source: Arc<str>,
    /// The variable of its key.
    pub(in crate::cli::commands) variable: String,
    pub(in crate::cli::commands) connection: Box<dyn Connection>,
}

/// Every account that is configured, or why it cannot be asked.
pub(in crate::cli::commands) fn all<'a>(
    config: &'a Config,
    fetch: &'a Fetch,
    began: Timestamp,
) -> impl Iterator<Item = (&'a Source, anyhow::Result<Connected>)> + 'a {
    config.sources.iter().filter_map(move |source| Some((source, connected(config, source, fetch, began, None)?)))
}

/// A source that is an account, connected, at another address if one is given.
pub(in crate::cli::commands) fn connected(
    config: &Config,
    source: &Source,
    fetch: &Fetch,
    began: Timestamp,
    at: Option<&str>,
) -> Option<anyhow::Result<Connected>> {
    let (provider, account) = (source.provider, source.account()?);
    let plan = key(provider, account.as_ref()).map_err(anyhow::Error::from).and_then(|token| {
        let address = at.unwrap_or(account.api_url().as_str());
        plan(config, account.as_ref(), fetch, began, address, token)
    });
    Some(plan.map(|plan| Connected {
        provider,
        source: source.name().into(),
        variable: account.token_env().to_owned(),
        connection: account.connect(plan),
    }))
}

fn key(provider: &Provider, account: &dyn Account) -> Result<SecretString, AccessError> {
    let variable = account.token_env();
    secret(variable).ok_or_else(|| {
        AccessError(format!(
            "there is no key for {}: the environment variable {variable} is not set or empty; set it to a key that may \
             read {}, or name another variable with `token_env` in [{}]",
            provider.label,
            if provider.gives.contains(&Table::Incidents) { "incidents" } else { "deployments" },
            account.key_section().unwrap_or(provider.section())
        ))
    })
}

fn plan(
    config: &Config,
    account: &dyn Account,
    fetch: &Fetch,
    began: Timestamp,
    address: &str,
    token: SecretString,
) -> anyhow::Result<Plan> {
    let github = config.github();
    let history_days = account.history_days().or(github.map(|it| it.history_days)).unwrap_or(HISTORY_DAYS);
    let concurrency = account.concurrency().or(github.map(|it| it.concurrency)).unwrap_or(CONCURRENCY);
    let api_url =
        Url::parse(address).map_err(|cause| UsageError(format!("`{address}` is not a valid address: {cause}")))?;
    Ok(Plan {
        api_url,
        token,
        since: since(fetch, &config.settings, history_days, began)?,
        began,
        only: fetch.repo.clone(),
        environments: production(&config.settings),
        concurrency: concurrency as usize,
        full: fetch.full,
        verdicts_from: Timestamp(began.0 - i64::from(config.verdict_days) * 86_400_000),
        waits: fetch.network.limits(fetch.max_wait),
    })
}

/// What the dataset has of an incident source, and of its incidents those that may still change.
pub(super) fn known(folder: &Path, source: &str) -> anyhow::Result<Known> {
    let history = Dataset::open(folder)?.known_incidents(source, |known| {
        let ends = known.scopes.values().filter_map(|scope| scope.covered).map(|span| span.to.0);
        Timestamp(ends.min().map_or(i64::MAX, |end| end.saturating_sub(SETTLED_MS)))
    })?;
    let scope = |(name, known): (String, crate::store::known::ScopeHistory)| {
        (name, KnownScope { covered: known.covered, cursor: known.cursor })
    };
    Ok(Known {
        scopes: history.scopes.into_iter().map(scope).collect(),
        unsettled: history.unsettled,
        ..Known::default()
    })
}

impl Connected {
    /// The address of the API, without a slash at its end.
    pub(in crate::cli::commands) fn address(&self) -> String {
        self.connection.plan().api_url.as_str().trim_end_matches('/').to_owned()
    }

    /// The same with the incidents that still lack a verdict and are requested again, and with the repos.
    pub(super) fn known(&self, folder: &Path) -> anyhow::Result<Known> {
        let (id, plan) = (&*self.source, self.connection.plan());
        let dataset = Dataset::open(folder)?;
        let undecided = dataset.undecided_incidents(id, plan.verdicts_from)?;
        let mut known = Known { undecided, ..known(folder, id)? };
        let is_covered = !known.scopes.is_empty() && known.scopes.values().all(|scope| scope.covered.is_some());
        if plan.full || !is_covered {
            known.reread = dataset.known_incidents(id, |_| plan.since)?.unsettled;
        }
        if self.provider.gives.contains(&Table::Deployments) {
            known.repos = history::known(dataset.known(id, id, &|_| true)?);
        }
        Ok(known)
    }
}

/// Adds the name of the key's variable to an error about a refused key.
pub(in crate::cli::commands) fn named(error: SourceError, variable: &str) -> anyhow::Error {
    match error {
        SourceError::Authentication { .. } => anyhow::Error::from(error).context(variable.to_owned()),
        _ => error.into(),
    }
}
