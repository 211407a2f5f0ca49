//! What was read completely for a group, what is missing of a span, and whether what was read is recognised.
//!
//! A repo's coverage joins that of all sources that know it. A group needs all of its repos. Incident figures need
//! every incident source, because one source does not know the incidents of another.

use std::collections::{BTreeMap, BTreeSet};

use super::pool::Pool;
use super::tables::{HistoryRecord, NoData};
use crate::domain::coverage::{Coverage, EVERYTHING, covers, intersect, join};
use crate::domain::event::Table;
use crate::domain::settings::Settings;
use crate::domain::time::{Span, Timestamp};
use crate::facts::Facts;
use crate::facts::ownership::Ownership;
use crate::sources::registry::provider;

const ALWAYS: Span = Span { from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

/// What was read completely, by repo and by incident source.
#[derive(Debug)]
pub struct History {
    /// Spans of sources that cover everything.
    everything: Vec<Span>,
    /// By repo in lower case: its name as seen, and its spans.
    repos: BTreeMap<String, (String, Vec<Span>)>,
    /// By incident source and scope.
    incident_sources: BTreeMap<String, BTreeMap<String, Vec<Span>>>,
}

/// What was read completely for one group.
#[derive(Debug, Clone)]
pub struct ReadSpans {
    /// Each repo of the group with its spans, by name.
    repos: BTreeMap<String, Vec<Span>>,
    /// In all of its repos.
    pub deployments: Vec<Span>,
    incident_sources: BTreeMap<String, Vec<Span>>,
    /// In all incident sources; empty without any.
    pub incidents: Vec<Span>,
    /// Why what was read cannot be counted.
    unusable: Unusable,
}

/// Why figures are missing although everything was read: what was read is not recognised, so that a 0 would be false.
#[derive(Debug, Clone, Default)]
pub struct Unusable {
    /// Of the figures about deployments.
    pub deployments: Option<NoData>,
    /// Of the figures about incidents.
    pub incidents: Option<NoData>,
    /// Of the figures about failures.
    pub failures: Option<NoData>,
}

impl History {
    /// Gathers the coverage of a dataset; repos and sources with rows and no coverage cover nothing. `configured` are
    /// the incident services that are read: a service that is no longer configured counts as retired after its last
    /// reading.
    pub fn new(
        coverage: &[Coverage],
        repos_seen: &[String],
        incident_sources_seen: &[String],
        configured: &[String],
    ) -> Self {
        let mut everything = Vec::new();
        let mut repos: BTreeMap<String, (String, Vec<Span>)> = BTreeMap::new();
        let mut incident_sources: BTreeMap<String, BTreeMap<String, Vec<Span>>> = BTreeMap::new();
        let seen: BTreeSet<&str> = repos_seen.iter().map(String::as_str).collect();
        for repo in seen {
            repos.entry(repo.to_lowercase()).or_insert_with(|| (repo.to_owned(), Vec::new()));
        }
        let is_retired = |source: &str| {
            !configured.is_empty()
                && provider(source).is_some_and(|it| it.gives.contains(&Table::Incidents))
                && !configured.iter().any(|own| own == source)
        };
        for source in incident_sources_seen {
            incident_sources.insert(source.clone(), BTreeMap::new());
        }
        for entry in coverage {
            match entry.table {
                Table::Deployments if entry.scope == EVERYTHING => everything.extend(&entry.spans),
                Table::Deployments => repos
                    .entry(entry.scope.to_lowercase())
                    .or_insert_with(|| (entry.scope.clone(), Vec::new()))
                    .1
                    .extend(&entry.spans),
                Table::Incidents => {
                    let scopes = incident_sources.entry(entry.source.clone()).or_default();
                    scopes.entry(entry.scope.clone()).or_default().extend(&entry.spans);
                }
                Table::Commits | Table::PullRequests => {}
            }
        }
        // A retired source has no gaps after its last reading.
        for (_, scopes) in incident_sources.iter_mut().filter(|(source, _)| is_retired(source)) {
            for last in scopes.values_mut().filter_map(|spans| spans.last_mut()) {
                last.to = ALWAYS.to;
            }
        }
        Self { everything, repos, incident_sources }
    }

    /// The same, of what the facts hold.
    pub fn of_facts(coverage: &[Coverage], facts: &Facts, settings: &Settings) -> Self {
        let repos = facts.deployments().repo.names();
        Self::new(coverage, repos, facts.incident_events().sources(), &settings.incident_sources)
    }

    /// What was read up to an instant: later readings do not change a report as of that instant.
    #[must_use]
    pub fn until(mut self, end: Timestamp) -> Self {
        let cut = |spans: &mut Vec<Span>| *spans = intersect(spans, &[Span { from: ALWAYS.from, to: end }]);
        cut(&mut self.everything);
        self.repos.values_mut().for_each(|(_, spans)| cut(spans));
        self.incident_sources.values_mut().flat_map(BTreeMap::values_mut).for_each(cut);
        self
    }

    /// What was read of one group; `unusable` says what of it cannot be counted.
    pub fn of(&self, pool: &Pool, ownership: &Ownership, unusable: Unusable) -> ReadSpans {
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for service in pool.services.iter().filter_map(|&index| ownership.services.get(index)) {
            for glob in &service.repos {
                if glob.is_literal() {
                    names.insert(glob.as_str().to_lowercase(), glob.as_str().to_owned());
                    continue;
                }
                for (lower, (name, _)) in &self.repos {
                    if glob.matches(name) {
                        names.entry(lower.clone()).or_insert_with(|| name.clone());
                    }
                }
            }
        }
        let repos: BTreeMap<String, Vec<Span>> = names
            .into_iter()
            .map(|(lower, name)| {
                let own = self.repos.get(&lower).map_or(&[][..], |(_, spans)| spans.as_slice());
                (name, join([self.everything.as_slice(), own].concat()))
            })
            .collect();
        let all = |spans: &BTreeMap<String, Vec<Span>>| {
            if spans.is_empty() {
                return Vec::new();
            }
            spans.values().fold(vec![ALWAYS], |both, spans| intersect(&both, spans))
        };
        let incident_sources = self.incident_sources_of(pool, ownership);
        ReadSpans { deployments: all(&repos), repos, incidents: all(&incident_sources), incident_sources, unusable }
    }

    /// What was read of each incident source in all scopes that can affect a group: a scope named like a service
    /// affects only that service. A source without such a scope is not a source for the group.
    fn incident_sources_of(&self, pool: &Pool, ownership: &Ownership) -> BTreeMap<String, Vec<Span>> {
        let concerns = |source: &str, scope: &str| {
            if !provider(source).is_some_and(|it| it.scopes_are_services) {
                return true;
            }
            let services = ownership.of_keys(std::iter::once(scope)).services;
            services.is_empty() || services.iter().any(|service| pool.services.contains(service))
        };
        let mut sources = BTreeMap::new();
        for (source, scopes) in &self.incident_sources {
            let everything = scopes.get(EVERYTHING).map_or(&[][..], Vec::as_slice);
            if scopes.is_empty() {
                sources.insert(source.clone(), Vec::new());
            } else if scopes.len() == 1 && scopes.contains_key(EVERYTHING) {
                sources.insert(source.clone(), join(everything.to_vec()));
            }
            for (_, spans) in scopes.iter().filter(|(scope, _)| *scope != EVERYTHING && concerns(source, scope)) {
                let spans = join([everything, spans].concat());
                match sources.get_mut(source) {
                    Some(both) => *both = intersect(both, &spans),
                    None => drop(sources.insert(source.clone(), spans)),
                }
            }
        }
        sources
    }
}

impl ReadSpans {
    /// What was read of each repo and of each incident source.
    pub fn history(&self) -> Vec<HistoryRecord> {
        let record = |table| {
            move |(name, spans): (&String, &Vec<Span>)| HistoryRecord {
                table,
                name: name.clone(),
                spans: spans.clone(),
            }
        };
        let repos = self.repos.iter().map(record(Table::Deployments));
        repos.chain(self.incident_sources.iter().map(record(Table::Incidents))).collect()
    }

    /// Why there is no figure about deployments over a span, if so.
    pub fn missing_deployments(&self, wanted: Span) -> Option<NoData> {
        if wanted.from >= wanted.to {
            return Some(NoData::NotYet);
        }
        if self.repos.is_empty() {
            return Some(NoData::NoRepos);
        }
        let repos = gaps(&self.repos, wanted);
        if repos.is_empty() {
            return self.unusable.deployments.clone();
        }
        Some(NoData::DeploymentsNotRead { repos, read: nearest(&self.deployments, wanted) })
    }

    /// Why there is no figure about incidents over a span, if so.
    pub fn missing_incidents(&self, wanted: Span) -> Option<NoData> {
        if wanted.from >= wanted.to {
            return Some(NoData::NotYet);
        }
        if self.incident_sources.is_empty() {
            return Some(NoData::NoIncidentSource);
        }
        let sources = gaps(&self.incident_sources, wanted);
        if sources.is_empty() {
            return self.unusable.incidents.clone();
        }
        Some(NoData::IncidentsNotRead { sources, read: nearest(&self.incidents, wanted) })
    }

    /// Why there is no figure about failures over a span, if so.
    pub fn missing_failures(&self, wanted: Span) -> Option<NoData> {
        let incidents = || self.missing_incidents(wanted);
        self.missing_deployments(wanted).or_else(incidents).or_else(|| self.unusable.failures.clone())
    }

    /// Whether all repos were read over a span, and what was read is recognised.
    pub fn has_deployments(&self, wanted: Span) -> bool {
        self.unusable.deployments.is_none() && covers(&self.deployments, wanted)
    }

    /// The same of all incident sources.
    pub fn has_incidents(&self, wanted: Span) -> bool {
        self.unusable.incidents.is_none() && covers(&self.incidents, wanted)
    }

    /// The spans in which a deployment without a linked incident is known not to have failed: all incident sources were
    /// read, and incidents can be linked.
    pub fn links(&self) -> &[Span] {
        if self.unusable.failures.is_none() { &self.incidents } else { &[] }
    }

    /// Whether failures can be told over a span.
    pub fn has_failures(&self, wanted: Span) -> bool {
        self.unusable.failures.is_none() && self.has_deployments(wanted) && self.has_incidents(wanted)
    }
}

fn gaps(spans: &BTreeMap<String, Vec<Span>>, wanted: Span) -> Vec<String> {
    spans.iter().filter(|(_, spans)| !covers(spans, wanted)).map(|(name, _)| name.clone()).collect()
}

/// The span that overlaps the wanted one most, else the one closest to it.
fn nearest(spans: &[Span], wanted: Span) -> Option<Span> {
    spans.iter().copied().max_by_key(|span| span.to.0.min(wanted.to.0).saturating_sub(span.from.0.max(wanted.from.0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::{Group, GroupKind};

    fn spans(ends: &[(i64, i64)]) -> Vec<Span> {
        ends.iter().map(|&(from, to)| Span { from: Timestamp(from), to: Timestamp(to) }).collect()
    }

    /// The spans in which `PagerDuty` was read for a service. Each service has its own scope.
    fn of_service(scopes: &[(&str, &[(i64, i64)])], repo: &str) -> Option<Vec<Span>> {
        let ownership = Ownership::new(&Settings::default(), ["acme/api", "acme/db", "acme/web"]);
        let entry = |(scope, ends): &(&str, &[(i64, i64)])| Coverage {
            table: Table::Incidents,
            source: "pagerduty".into(),
            scope: (*scope).into(),
            spans: spans(ends),
        };
        let coverage: Vec<Coverage> = scopes.iter().map(entry).collect();
        let at = ownership.services.iter().position(|service| service.name.0 == repo).expect("a service");
        let pool = Pool::of(Group { kind: GroupKind::Service, name: repo.into() }, None, vec![at]);
        let history = History::new(&coverage, &[], &[], &[]);
        history.incident_sources_of(&pool, &ownership).remove("pagerduty")
    }

    #[test]
    fn a_scope_that_is_named_like_a_service_concerns_that_service_and_any_other_scope_all_of_them() {
        let own: &[(&str, &[(i64, i64)])] = &[("web", &[(0, 10)]), ("api", &[(5, 20)])];
        assert_eq!(of_service(own, "acme/web"), Some(spans(&[(0, 10)])));
        assert_eq!(of_service(own, "acme/api"), Some(spans(&[(5, 20)])));
        assert_eq!(of_service(own, "acme/db"), None, "a source that does not know the service");
        let with_another = [own, &[("legacy", &[(0, 7)])]].concat();
        assert_eq!(of_service(&with_another, "acme/web"), Some(spans(&[(0, 7)])));
        assert_eq!(of_service(&with_another, "acme/api"), Some(spans(&[(5, 7)])));
        assert_eq!(of_service(&with_another, "acme/db"), Some(spans(&[(0, 7)])));
    }

    #[test]
    fn a_scope_of_everything_adds_to_each_other_scope_and_is_enough_alone() {
        let everything: (&str, &[(i64, i64)]) = (EVERYTHING, &[(30, 40)]);
        assert_eq!(of_service(&[everything], "acme/web"), Some(spans(&[(30, 40)])));
        let both = [everything, ("web", &[(0, 10)])];
        assert_eq!(of_service(&both, "acme/web"), Some(spans(&[(0, 10), (30, 40)])));
        assert_eq!(of_service(&both, "acme/db"), None, "only what is named like a service was read one by one");
    }
}
