//! Builds the plan of each incident service from the config, the flags, the environment and the dataset.

use std::path::Path;

use secrecy::SecretString;
use url::Url;

use super::plan::since;
use crate::cli::args::Fetch;
use crate::cli::context::secret;
use crate::cli::exit::{AccessError, UsageError};
use crate::config::{Config, Endpoint, Feed, OpsGenieFlag, PagerDutyField};
use crate::domain::event::Incident;
use crate::domain::time::Timestamp;
use crate::sources::incidents::{Known, KnownScope, Plan, SETTLED_MS, SourceError};
use crate::sources::opsgenie::{Flag, JSM, OPSGENIE, OpsGenie, Product};
use crate::sources::pagerduty::{self, Field, PagerDuty};
use crate::store::Dataset;

/// How far back the first fetch goes where `[github]` does not say it.
const HISTORY_DAYS: u32 = 365;
/// Requests in flight at once where `[github]` does not say it.
const CONCURRENCY: u32 = 8;

/// One incident service, and the variable of its key.
pub(in crate::cli::commands) enum Incidents {
    PagerDuty(PagerDuty, String),
    /// Also Jira Service Management.
    OpsGenie(OpsGenie, String),
}

impl Incidents {
    /// The name under which rows and coverage stand.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::PagerDuty(..) => pagerduty::SOURCE,
            Self::OpsGenie(it, _) => it.product.source(),
        }
    }
}

impl Incidents {
    /// The scopes that are read.
    pub(super) fn scopes(&self) -> Vec<String> {
        match self {
            Self::PagerDuty(it, _) => it.scopes(),
            Self::OpsGenie(it, _) => it.product.scopes(),
        }
    }

    /// What is asked of each incident.
    pub(super) fn asked(&self) -> String {
        match self {
            Self::PagerDuty(it, _) => it.asked(),
            Self::OpsGenie(it, _) => it.asked(),
        }
    }
}

/// Every incident service that is configured, or why it cannot be asked.
pub(in crate::cli::commands) fn all(
    config: &Config,
    fetch: &Fetch,
    began: Timestamp,
) -> Vec<(&'static str, anyhow::Result<Incidents>)> {
    let found = [
        (pagerduty::SOURCE, pagerduty(config, fetch, began)),
        (OPSGENIE, opsgenie(config, fetch, began)),
        (JSM, jsm(config, fetch, began)),
    ];
    found.into_iter().filter_map(|(name, source)| Some((name, source.transpose()?))).collect()
}

/// PagerDuty, where it is configured.
pub(in crate::cli::commands) fn pagerduty(
    config: &Config,
    fetch: &Fetch,
    began: Timestamp,
) -> anyhow::Result<Option<Incidents>> {
    let Some(section) = &config.pagerduty else { return Ok(None) };
    let plan = plan(config, fetch, began, &section.api_url, key("PagerDuty", "pagerduty", &section.token_env)?)?;
    let field = |field: &PagerDutyField| match field {
        PagerDutyField::CustomField(name) => Field::CustomField(name.clone()),
        PagerDutyField::Title(pattern) => Field::Title(pattern.regex().clone()),
        PagerDutyField::Note(pattern) => Field::Note(pattern.regex().clone()),
    };
    let it = PagerDuty {
        plan,
        services: section.services.clone(),
        caused_by_deploy: field(&section.caused_by_deploy),
        deployment_ref: section.deployment_ref.as_ref().map(field),
        change_events: section.change_events,
        acknowledgements: section.acknowledgements,
    };
    Ok(Some(Incidents::PagerDuty(it, section.token_env.clone())))
}

/// OpsGenie, where it is configured.
pub(in crate::cli::commands) fn opsgenie(
    config: &Config,
    fetch: &Fetch,
    began: Timestamp,
) -> anyhow::Result<Option<Incidents>> {
    let Some(section) = &config.opsgenie else { return Ok(None) };
    let plan = plan(config, fetch, began, &section.api_url, key("OpsGenie", "opsgenie", &section.token_env)?)?;
    let reads = |feed| section.read.contains(&feed);
    let it = OpsGenie {
        plan,
        product: Product::OpsGenie { incidents: reads(Feed::Incidents), alerts: reads(Feed::Alerts) },
        caused_by_deploy: flag(&section.caused_by_deploy),
        deployment_ref: section.deployment_ref.clone(),
    };
    Ok(Some(Incidents::OpsGenie(it, section.token_env.clone())))
}

/// Jira Service Management, where it is configured.
pub(in crate::cli::commands) fn jsm(
    config: &Config,
    fetch: &Fetch,
    began: Timestamp,
) -> anyhow::Result<Option<Incidents>> {
    let Some(section) = &config.jsm else { return Ok(None) };
    let plan =
        plan(config, fetch, began, &section.api_url, key("Jira Service Management", "jsm", &section.token_env)?)?;
    let it = OpsGenie {
        plan,
        product: Product::Jsm {
            cloud_id: section.cloud_id.clone(),
            site: section.site.as_ref().map(|site| site.as_str().to_owned()),
            user: section.email.clone(),
        },
        caused_by_deploy: flag(&section.caused_by_deploy),
        deployment_ref: section.deployment_ref.clone(),
    };
    Ok(Some(Incidents::OpsGenie(it, section.token_env.clone())))
}

fn flag(flag: &OpsGenieFlag) -> Flag {
    match flag {
        OpsGenieFlag::Tag(name) => Flag::Tag(name.clone()),
        OpsGenieFlag::Property(name) => Flag::Property(name.clone()),
    }
}

fn key(service: &str, section: &str, variable: &str) -> Result<SecretString, AccessError> {
    secret(variable).ok_or_else(|| {
        AccessError(format!(
            "there is no key for {service}: the environment variable {variable} is not set or empty; set it to a key that \
             may read incidents, or name another variable with `token_env` in [{section}]"
        ))
    })
}

fn plan(
    config: &Config,
    fetch: &Fetch,
    began: Timestamp,
    api_url: &Endpoint,
    token: SecretString,
) -> anyhow::Result<Plan> {
    let github = config.github.as_ref();
    let api_url = Url::parse(api_url.as_str())
        .map_err(|cause| UsageError(format!("`{}` is not a valid address: {cause}", api_url.as_str())))?;
    Ok(Plan {
        api_url,
        token,
        since: since(fetch, &config.settings, github.map_or(HISTORY_DAYS, |it| it.history_days), began)?,
        began,
        concurrency: github.map_or(CONCURRENCY, |it| it.concurrency) as usize,
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
        undecided: Vec::new(),
    })
}

/// The incidents of a source that still lack a verdict and are requested again.
pub(super) fn undecided(folder: &Path, source: &Incidents) -> anyhow::Result<Vec<Incident>> {
    let plan = match source {
        Incidents::PagerDuty(it, _) => &it.plan,
        Incidents::OpsGenie(it, _) => &it.plan,
    };
    Ok(Dataset::open(folder)?.undecided_incidents(source.name(), plan.verdicts_from)?)
}

/// Adds the name of the key's variable to an error about a refused key.
pub(in crate::cli::commands) fn named(error: SourceError, variable: &str) -> anyhow::Error {
    match error {
        SourceError::Authentication { .. } => anyhow::Error::from(error).context(variable.to_owned()),
        _ => error.into(),
    }
}
