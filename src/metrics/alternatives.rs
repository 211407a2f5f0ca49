//! The figures of the group `all` under other settings, for findings that compare two ways of counting.
//!
//! Each alternative changes one setting and computes the period of group `all` again from the same events. It is only
//! computed where the report holds events that the change concerns.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::filter::Filter;
use super::pool::whole;
use super::read_spans::History;
use super::recognised::Recognised;
use super::records::belongs;
use super::tables::{Alternative, IncidentRecords, Metric, Numbers, Variation};
use super::{Depth, Known, Scope};
use crate::domain::coverage::Coverage;
use crate::domain::glob::Glob;
use crate::domain::reason::Reason;
use crate::domain::settings::{Merge, Settings};
use crate::domain::sha::Sha;
use crate::domain::time::Timestamp;
use crate::domain::unit::Seconds;
use crate::facts::columns::WithoutCase;
use crate::facts::commit_reader::CommitReader;
use crate::facts::ownership::ServiceIndex;
use crate::facts::parallel::in_parallel;
use crate::facts::{Facts, FactsError, LeadTimes};

/// Records of one revision and environment within this time of each other are treated as one roll-out.
const ROLLOUT: Seconds = Seconds(600);

/// With more deployments than these, alternatives are computed one after the other: each holds its own facts.
const ONE_BY_ONE_ABOVE: usize = 3_000_000;

/// What an alternative is computed from.
pub(super) struct Basis<'a> {
    pub(super) facts: &'a Facts,
    pub(super) coverage: &'a [Coverage],
    pub(super) filter: &'a Filter,
    pub(super) known: Known,
}

/// An alternative that the report has events for.
#[derive(Debug)]
pub(super) struct Planned {
    variation: Variation,
    settings: Settings,
    recount: Recount,
}

/// What an alternative counts again.
#[derive(Debug, Clone, Copy)]
enum Recount {
    /// The incidents.
    Incidents,
    /// All events.
    Everything(LeadTimes),
}

impl Planned {
    /// Whether it takes a pass over the commits.
    pub(super) fn needs_commits(&self) -> bool {
        match self.recount {
            Recount::Incidents => false,
            Recount::Everything(lead_times) => lead_times.need_commits(&self.settings),
        }
    }
}

/// The alternatives that a report has deployments for.
pub(super) fn of_deployments(now: &Settings, basis: &Basis<'_>) -> Vec<Planned> {
    let mut found = Vec::new();
    if basis.has_several_records() {
        let settings = Settings { merge: Some(Merge::Rollouts(ROLLOUT)), ..now.clone() };
        let recount = Recount::Everything(LeadTimes::Unasked);
        found.push(Planned { variation: Variation::RolloutsOnce, settings, recount });
    }
    let [counted, missed] = basis.doubtful_environments();
    if !counted.is_empty() {
        let mut settings = now.clone();
        settings.exclude_environments.extend(counted.keys().map(|name| Glob::literal(name)));
        let variation = Variation::WithoutEnvironments(counted);
        found.push(Planned { variation, settings, recount: Recount::Everything(LeadTimes::Measured) });
    }
    if !missed.is_empty() {
        let mut settings = now.clone();
        let own = settings.services.iter_mut().filter_map(|service| service.environments.as_mut());
        for list in own.chain([&mut settings.environments]) {
            list.extend(missed.keys().map(|name| Glob::literal(name)));
        }
        let variation = Variation::WithEnvironments(missed);
        found.push(Planned { variation, settings, recount: Recount::Everything(LeadTimes::Measured) });
    }
    found
}

/// The alternative without filters, if a report leaves out incidents by them.
pub(super) fn without_filters(now: &Settings, incidents: &IncidentRecords) -> Option<Planned> {
    let filtered = |reason: Option<Reason>| matches!(reason, Some(Reason::Priority | Reason::Urgency | Reason::Tag));
    let settings = || Settings { min_priority: None, urgencies: Vec::new(), ignore_tags: Vec::new(), ..now.clone() };
    incidents.left_out().any(filtered).then(|| Planned {
        variation: Variation::WithoutFilters,
        settings: settings(),
        recount: Recount::Incidents,
    })
}

/// The figures of some alternatives; `commits` are read only if one of them [needs](Planned::needs_commits) them.
///
/// # Errors
/// The commits cannot be read, or the facts cannot be told under other settings.
pub(super) fn alternatives(
    planned: Vec<Planned>,
    basis: &Basis<'_>,
    commits: &CommitReader,
) -> Result<Vec<Alternative>, FactsError> {
    let one = |planned: &Planned| basis.numbers(planned, commits);
    let is_large = basis.facts.deployments().len() > ONE_BY_ONE_ABOVE;
    // A pass over the commits uses every core, and holds some of them in memory.
    let numbers: Vec<Result<Numbers, FactsError>> = if is_large || planned.iter().any(Planned::needs_commits) {
        planned.iter().map(one).collect()
    } else {
        in_parallel(&planned, one)
    };
    let one = |(Planned { variation, .. }, numbers)| Ok(Alternative { variation, numbers: numbers? });
    planned.into_iter().zip(numbers).map(one).collect()
}

impl Basis<'_> {
    fn numbers(
        &self,
        Planned { settings, recount, .. }: &Planned,
        commits: &CommitReader,
    ) -> Result<Numbers, FactsError> {
        let facts = match recount {
            Recount::Incidents => self.facts.with_incidents_under(settings)?,
            Recount::Everything(lead_times) => self.facts.under(commits, settings, *lead_times)?,
        };
        let history = History::of_facts(self.coverage, &facts, settings);
        let pool = whole(&facts, self.filter);
        let read_spans = history.of(&pool, &facts.ownership, Recognised::new(&facts).unusable(&pool));
        let scope = Scope {
            pool: &pool,
            read_spans: &read_spans,
            facts: &facts,
            settings,
            by_service: &Vec::new(),
            attributed: &[],
            depth: Depth::Tables,
        };
        let lead_time = match recount {
            Recount::Everything(LeadTimes::Measured | LeadTimes::InEveryWay) => {
                scope.figure(Metric::LeadTime, self.known).value
            }
            Recount::Incidents | Recount::Everything(LeadTimes::Unasked) => None,
        };
        let figure = |metric| scope.figure(metric, self.known);
        Ok(Numbers {
            deployments: Numbers::deployments(&figure(Metric::DeploymentFrequency)),
            lead_time,
            failures: Numbers::failures(&figure(Metric::ChangeFailureRate)),
            restore: Numbers::restore(&figure(Metric::TimeToRestore)),
        })
    }

    /// Of some deployments those of the report that finished in the period.
    fn finished(&self, deployments: impl Iterator<Item = usize>) -> impl Iterator<Item = (usize, Timestamp)> {
        let kept = self.filter.services(&self.facts.ownership);
        let finished = deployments
            .filter_map(|index| Some((index, self.facts.finished_at(index)?)))
            .filter(|(_, at)| self.known.span.contains(*at));
        finished.filter(move |(index, _)| belongs(self.facts, *index, self.filter, &kept))
    }

    /// Whether some counted deployments may be records of one roll-out: one revision close together, or in several
    /// environments.
    fn has_several_records(&self) -> bool {
        let events = self.facts.deployments();
        let (repos, environments) = (WithoutCase::new(&events.repo), WithoutCase::new(&events.environment));
        let mut latest: FxHashMap<(ServiceIndex, _, Sha), (Timestamp, _)> = FxHashMap::default();
        // They come in order of finish.
        self.finished(self.facts.counted()).any(|(index, at)| {
            let Some(sha) = events.sha.sha(index) else { return false };
            let Some(service) = self.facts.placement(index).counted() else { return false };
            let environment = environments.of(index);
            let record = (at, environment);
            let Some((before, other)) = latest.insert((service, repos.of(index), sha), record) else { return false };
            other != environment || at.0 - before.0 <= ROLLOUT.0 * 1_000
        })
    }

    /// Environments with successful deployments in the period, and how many: those that count and look like what comes
    /// before production, and those that look like production and do not count.
    fn doubtful_environments(&self) -> [BTreeMap<String, u64>; 2] {
        let events = self.facts.deployments();
        let looks: Vec<Option<bool>> = events.environment.names().iter().map(|name| looks_like(name)).collect();
        let mut found = [BTreeMap::new(), BTreeMap::new()];
        let mut by_code: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        let finished = self.finished(0..events.len());
        for (index, _) in finished.filter(|(index, _)| events.status.get(*index) == Some("success")) {
            let Some(code) = events.environment.of(index) else { continue };
            let which = match (self.facts.placement(index).left_out, looks.get(code).copied().flatten()) {
                (None, Some(false)) => 0,
                (Some(Reason::NotProduction), Some(true)) => 1,
                _ => continue,
            };
            *by_code.entry((which, code)).or_default() += 1;
        }
        // One environment, however it is spelt: the first spelling in order of text names it.
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let spelt = |code: usize| events.environment.names().get(code).cloned().unwrap_or_default();
        let mut spellings: Vec<String> = by_code.keys().map(|(_, code)| spelt(*code)).collect();
        spellings.sort_unstable();
        for name in spellings {
            names.entry(name.to_lowercase()).or_insert(name);
        }
        for ((which, code), n) in by_code {
            let name = spelt(code);
            let name = names.get(&name.to_lowercase()).cloned().unwrap_or(name);
            if let Some(found) = found.get_mut(which) {
                *found.entry(name).or_default() += n;
            }
        }
        found
    }
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
