//! The figures of the whole under other settings, for findings that say a figure either way.
//!
//! Each alternative changes one setting and computes the period of group `all` again from the same events. It is only
//! computed where the report holds events that the change concerns.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::filter::Filter;
use super::pool::whole;
use super::reach::History;
use super::recognised::Recognised;
use super::tables::{Alternative, Analysis, DeploymentRecord, Figures, Variation};
use super::{Depth, Known, Scope};
use crate::domain::coverage::Coverage;
use crate::domain::glob::Glob;
use crate::domain::reason::Reason;
use crate::domain::settings::{Merge, Settings};
use crate::domain::sha::Sha;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::facts::{Facts, FactsError, LeadTimes};

/// Records of one revision and environment this close are taken for one roll-out.
const ROLLOUT: Seconds = Seconds(600);

/// What an alternative is computed from.
pub(super) struct Basis<'a> {
    pub(super) facts: &'a Facts,
    pub(super) coverage: &'a [Coverage],
    pub(super) filter: &'a Filter,
    pub(super) known: Known,
}

/// The alternatives that a report has events for.
///
/// # Errors
/// The facts cannot be told under other settings.
pub(super) fn alternatives(analysis: &Analysis, basis: &Basis<'_>) -> Result<Vec<Alternative>, FactsError> {
    let mut found = Vec::new();
    let now = &analysis.settings;
    if has_several_records(analysis) {
        let settings = Settings { merge: Some(Merge::Rollouts(ROLLOUT)), ..now.clone() };
        found.push((Variation::RolloutsOnce, settings, LeadTimes::Unasked));
    }
    let [counted, missed] = doubtful_environments(analysis);
    if !counted.is_empty() {
        let mut settings = now.clone();
        settings.exclude_environments.extend(counted.keys().map(|name| Glob::literal(name)));
        found.push((Variation::WithoutEnvironments(counted), settings, LeadTimes::Measured));
    }
    if !missed.is_empty() {
        let mut settings = now.clone();
        let own = settings.services.iter_mut().filter_map(|service| service.environments.as_mut());
        for list in own.chain([&mut settings.environments]) {
            list.extend(missed.keys().map(|name| Glob::literal(name)));
        }
        found.push((Variation::WithEnvironments(missed), settings, LeadTimes::Measured));
    }
    let filtered = |reason: Option<Reason>| matches!(reason, Some(Reason::Priority | Reason::Urgency | Reason::Tag));
    if analysis.incidents.iter().any(|record| filtered(record.reason)) {
        let settings = Settings { min_priority: None, urgencies: Vec::new(), ignore_tags: Vec::new(), ..now.clone() };
        found.push((Variation::WithoutFilters, settings, LeadTimes::Unasked));
    }
    let one = |(variation, settings, lead_times): (Variation, Settings, LeadTimes)| {
        Ok(Alternative { variation, figures: basis.figures(&settings, lead_times)? })
    };
    found.into_iter().map(one).collect()
}

impl Basis<'_> {
    fn figures(&self, settings: &Settings, lead_times: LeadTimes) -> Result<Figures, FactsError> {
        let facts = self.facts.under(settings, lead_times)?;
        let history = History::of_facts(self.coverage, &facts, settings);
        let pool = whole(&facts, self.filter);
        let reach = history.of(&pool, &facts.ownership, Recognised::new(&facts).unusable(&pool));
        let scope = Scope {
            pool: &pool,
            reach: &reach,
            facts: &facts,
            settings,
            by_service: &Vec::new(),
            depth: Depth::Tables,
        };
        Ok(scope.figures(self.known))
    }
}

fn counted(analysis: &Analysis) -> impl Iterator<Item = DeploymentRecord<'_>> {
    analysis.deployments.iter().filter(|record| record.in_period && record.left_out.is_none())
}

/// Whether some counted deployments may be records of one roll-out: one revision close together, or in several
/// environments.
fn has_several_records(analysis: &Analysis) -> bool {
    let mut latest: FxHashMap<(String, Sha), (Option<Timestamp>, Option<String>)> = FxHashMap::default();
    let is_one = |record: DeploymentRecord<'_>| {
        let Some(sha) = record.event.sha.as_deref().map(Sha::of) else { return false };
        let place =
            format!("{} {}", record.event.repo.to_lowercase(), record.service.as_deref().map_or("", |it| &it.0));
        let environment = record.event.environment.as_deref().map(str::to_lowercase);
        let this = (record.event.finished_at, environment);
        let Some((before, other)) = latest.insert((place, sha), this.clone()) else { return false };
        let apart = before.zip(this.0).map(|(a, b)| (b.0 - a.0).abs());
        other != this.1 || apart.is_some_and(|apart| apart <= ROLLOUT.0 * 1_000)
    };
    counted(analysis).any(is_one)
}

/// Environments with successful deployments in the period, and how many: those that count and look like what comes
/// before production, and those that look like production and do not count.
fn doubtful_environments(analysis: &Analysis) -> [BTreeMap<String, u64>; 2] {
    let mut found = [BTreeMap::new(), BTreeMap::new()];
    let succeeded = |record: &DeploymentRecord<'_>| record.in_period && record.event.status == "success";
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for record in analysis.deployments.iter().filter(succeeded) {
        let Some(environment) = record.event.environment.as_deref() else { continue };
        let which = match (record.left_out, looks_like(environment)) {
            (None, Some(false)) => 0,
            (Some(Reason::NotProduction), Some(true)) => 1,
            _ => continue,
        };
        // One environment, however it is spelt.
        let name = names.entry(environment.to_lowercase()).or_insert_with(|| environment.to_owned());
        *found[which].entry(name.clone()).or_default() += 1;
    }
    found
}

/// Whether an environment's name speaks of production, or of what comes before it.
fn looks_like(environment: &str) -> Option<bool> {
    let name = environment.to_lowercase();
    let words: BTreeSet<&str> = name.split(|letter: char| !letter.is_ascii_alphanumeric()).collect();
    let has = |list: &[&str]| list.iter().any(|word| words.contains(word));
    let before =
        ["staging", "stage", "stg", "test", "testing", "dev", "development", "qa", "uat", "preview", "sandbox"];
    let more = ["preprod", "preproduction", "nonprod", "demo", "canary", "shadow", "review", "integration"];
    if has(&before) || has(&more) || name.contains("non-prod") || name.contains("pre-prod") {
        return Some(false);
    }
    has(&["production", "prod", "prd", "live"]).then_some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_speaks_of_production_only_as_a_word_of_its_own() {
        for (name, wanted) in [
            ("production", Some(true)),
            ("eu-prod-1", Some(true)),
            ("Live", Some(true)),
            ("non-prod", Some(false)),
            ("pre-prod", Some(false)),
            ("staging", Some(false)),
            ("checkout-qa", Some(false)),
            ("prod-canary", Some(false)),
            ("products", None),
            ("github-pages", None),
            ("delivery", None),
        ] {
            assert_eq!(looks_like(name), wanted, "{name}");
        }
    }
}
