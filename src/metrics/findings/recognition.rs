//! Findings about names that match nothing: statuses and environments of deployments, services and priorities of
//! incidents. If a figure is missing because of them, they show the configuration that would count these events.

use std::collections::BTreeSet;

use super::tally::Tally;
use super::{finding, of_all};
use crate::domain::group::{Group, GroupKind};
use crate::domain::priority::priority_rank;
use crate::metrics::tables::{
    Analysis, Counts, DeploymentRecord, EnvironmentCounts, Finding, GroupReport, Metric, NoData, Observation, Severity,
};

/// Names of services in full before one finding speaks of all of them.
const FEW: usize = 3;

pub(super) fn findings(analysis: &Analysis, tally: &Tally) -> Vec<Finding> {
    let mut found = nothing_counted(analysis, tally);
    found.extend(unmapped_incidents(analysis));
    found.extend(unknown_priorities(analysis));
    found
}

/// What was seen of some deployments: how many, and how many of each environment and status.
struct Seen {
    n: usize,
    environments: EnvironmentCounts,
    statuses: Counts,
}

impl Seen {
    fn of<'a>(records: impl Iterator<Item = DeploymentRecord<'a>>) -> Self {
        let mut seen = Self { n: 0, environments: EnvironmentCounts::new(), statuses: Counts::new() };
        for record in records {
            seen.n += 1;
            let environment = record.event.environment.as_deref().map(str::to_lowercase);
            *seen.environments.entry(environment).or_default() += 1;
            *seen.statuses.entry(record.event.status.into_owned()).or_default() += 1;
        }
        seen
    }

    fn nothing(self, services: BTreeSet<String>) -> Observation {
        Observation::NothingCounted { services, n: self.n, environments: self.environments, statuses: self.statuses }
    }
}

fn nothing_counted(analysis: &Analysis, tally: &Tally) -> Vec<Finding> {
    let in_period = || analysis.deployments.iter().filter(|record| record.in_period);
    let is_missing =
        |report: &&GroupReport| report.figures[Metric::DeploymentFrequency].missing == Some(NoData::NothingCounted);
    let missing: Vec<&GroupReport> = analysis.groups.iter().filter(is_missing).collect();
    let of = |group: &Group, seen: Seen| finding(Severity::Error, group, seen.nothing(BTreeSet::new()));
    if let Some(all) = missing.iter().find(|report| report.group.kind == GroupKind::All) {
        return vec![of(&all.group, Seen::of(in_period()))];
    }
    let services: Vec<&GroupReport> =
        missing.into_iter().filter(|report| report.group.kind == GroupKind::Service).collect();
    let own = |report: &GroupReport| {
        let name = report.group.name.clone();
        let service = analysis.settings.services.iter().find(move |it| it.name.0 == name);
        let (name, repos) = (report.group.name.to_lowercase(), service.map(|it| it.repos.clone()));
        Seen::of(in_period().filter(move |record| match &repos {
            Some(repos) => repos.iter().any(|glob| glob.matches(&record.event.repo)),
            None => record.event.repo.to_lowercase() == name,
        }))
    };
    let mut found: Vec<Finding> = if services.len() > FEW {
        let names = services.iter().map(|report| report.group.name.clone()).collect();
        let seen = Seen::of(in_period().filter(|record| record.service.is_none()));
        // The rest of the organisation has figures.
        vec![of_all(Severity::Warning, seen.nothing(names))]
    } else {
        services.into_iter().map(|report| of(&report.group, own(report))).collect()
    };
    if tally.deployments > 0 && tally.counted * 2 < tally.deployments && found.is_empty() {
        let Seen { n, environments, statuses } = Seen::of(in_period());
        let what = Observation::FewCounted { counted: tally.counted, n, environments, statuses };
        found.push(of_all(Severity::Info, what));
    }
    found
}

fn unmapped_incidents(analysis: &Analysis) -> Option<Finding> {
    let (mut opened, mut unmapped, mut keys) = (0, 0, Counts::new());
    for record in analysis.incidents.iter().filter(|it| it.counted && analysis.known.contains(it.event.opened_at)) {
        opened += 1;
        if record.services.is_empty() {
            unmapped += 1;
            for key in record.event.service_keys {
                *keys.entry(key.into_owned()).or_default() += 1;
            }
        }
    }
    let is_missing =
        |report: &GroupReport| report.figures[Metric::ChangeFailureRate].missing == Some(NoData::IncidentsUnmapped);
    let missing = analysis.groups.iter().any(is_missing);
    if unmapped == 0 && !missing {
        return None;
    }
    let what = Observation::UnmappedIncidents { unmapped, opened, failures_are_missing: missing, keys };
    Some(of_all(if missing { Severity::Error } else { Severity::Warning }, what))
}

/// Priorities without a known rank pass `min_priority`.
fn unknown_priorities(analysis: &Analysis) -> Option<Finding> {
    analysis.settings.min_priority?;
    let mut names = Counts::new();
    for record in analysis.incidents.iter().filter(|it| it.counted && analysis.known.contains(it.event.opened_at)) {
        let unknown = record.event.priority.as_deref().filter(|name| priority_rank(name).is_none());
        if let Some(name) = unknown {
            *names.entry(name.to_owned()).or_default() += 1;
        }
    }
    (!names.is_empty()).then(|| of_all(Severity::Warning, Observation::UnknownPriorities { names }))
}
