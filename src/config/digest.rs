//! A digest of everything in a config that the figures depend on: SHA-256 over a canonical JSON form.
//!
//! In it: the settings, and what the sources are asked to read. Not in it: comments, layout and the order of lists
//! whose order means nothing; nor what cannot change a figure (organisation, names of periods, folders, addresses, tokens, concurrency,
//! how far back a fetch goes: coverage speaks for that, where figures are pushed and who is notified).

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Config, sources};
use crate::domain::band::{Bands, Thresholds};
use crate::domain::glob::sorted as sorted_globs;
use crate::domain::hex::hex;
use crate::domain::rework::ReworkRules;
use crate::domain::settings::{Merge, Service, Settings};

impl Config {
    /// SHA-256 in lower-case hexadecimal over all that the figures depend on.
    pub fn digest(&self) -> String {
        let mut canonical = vec![settings(&self.settings)];
        canonical.extend(sources::digest(&self.sources));
        let canonical = Value::from(canonical);
        hex(&Sha256::digest(canonical.to_string()))
    }
}

fn settings(settings: &Settings) -> Value {
    let mut all = json!([
        settings.zone.name(),
        settings.window_days,
        bands(&settings.bands),
        sorted_globs(&settings.environments),
        settings.environments_are_set,
        sorted_globs(&settings.exclude_environments),
        settings.merge.map(|merge| match merge {
            Merge::Records(within) => json!(["records", within]),
            Merge::Rollouts(within) => json!(["rollouts", within]),
        }),
        settings.services.iter().map(service).collect::<Vec<_>>(),
        settings.attribution.as_str(),
        settings.attribution_window,
        settings.count_rollbacks,
        settings.min_priority,
        set(&settings.urgencies),
        set(&settings.ignore_tags),
    ]);
    // Included only if set, so that the digest of a config without it does not change.
    if let Some(list) = all.as_array_mut().filter(|_| !settings.rework.is_empty()) {
        list.push(rework(&settings.rework));
    }
    all
}

fn rework(rules: &ReworkRules) -> Value {
    let titles: Vec<String> = rules.titles.iter().map(|pattern| pattern.as_str().to_owned()).collect();
    json!([
        set(&rules.labels),
        sorted_globs(&rules.branches),
        set(&titles),
        sorted_globs(&rules.refs),
        sorted_globs(&rules.tasks)
    ])
}

fn service(service: &Service) -> Value {
    json!([
        service.name,
        service.team,
        sorted_globs(&service.repos),
        service.environments.as_deref().map(sorted_globs),
        set(&service.incident_keys),
    ])
}

fn bands(bands: &Bands) -> Value {
    let limits = |thresholds: &Thresholds| {
        let limits = thresholds.0.iter().map(|(band, limit)| json!([band, limit.operator(), limit.value()]));
        limits.collect::<Vec<_>>()
    };
    json!([
        bands.edition,
        limits(&bands.deployment_frequency),
        limits(&bands.lead_time),
        limits(&bands.change_failure_rate),
        limits(&bands.time_to_restore),
        limits(&bands.recovery_time),
    ])
}

fn set(texts: &[String]) -> Vec<&str> {
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
