//! Findings about names that nobody recognised: statuses and environments of deployments, services and priorities of
//! incidents. Where they make a figure missing, they say which line of configuration would count what was seen.

use std::collections::BTreeMap;

use super::tally::Tally;
use super::{count, finding, scope, some};
use crate::domain::group::GroupKind;
use crate::domain::priority::priority_rank;
use crate::domain::status::tells_the_end;
use crate::metrics::tables::{
    Analysis, DeploymentRecord, Finding, GroupReport, IncidentRecord, Metric, NoData, Severity,
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
    environments: BTreeMap<String, usize>,
    statuses: BTreeMap<String, usize>,
}

impl Seen {
    fn of<'a>(records: impl Iterator<Item = DeploymentRecord<'a>>) -> Self {
        let mut seen = Self { n: 0, environments: BTreeMap::new(), statuses: BTreeMap::new() };
        for record in records {
            seen.n += 1;
            let environment = record.event.environment.as_deref().unwrap_or("none").to_lowercase();
            *seen.environments.entry(environment).or_default() += 1;
            *seen.statuses.entry(record.event.status.into_owned()).or_default() += 1;
        }
        seen
    }

    /// The most frequent first.
    fn list(of: &BTreeMap<String, usize>) -> String {
        let mut sorted: Vec<(&String, &usize)> = of.iter().collect();
        sorted.sort_by_key(|(name, n)| (std::cmp::Reverse(**n), (*name).clone()));
        some(&sorted.into_iter().map(|(name, n)| format!("{name} ({n})")).collect::<Vec<_>>())
    }

    fn words(&self) -> String {
        let (environments, statuses) = (Self::list(&self.environments), Self::list(&self.statuses));
        if self.n == 0 { String::new() } else { format!(" Environments: {environments}. Statuses: {statuses}.") }
    }

    fn advice(&self) -> String {
        let unknown: Vec<&String> = self.statuses.keys().filter(|status| !tells_the_end(status)).collect();
        let mut ways = Vec::new();
        if let Some(status) = unknown.first() {
            ways.push(format!("import the file again with --map-status {status}=success, if that is what it means"));
        }
        let likely = self.environments.iter().max_by_key(|(_, n)| **n).map_or("production", |(name, _)| name);
        ways.push(format!("name what serves users under [deployments], for example environments = [\"{likely}\"]"));
        let mut text = ways.join("; or ");
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text + "."
    }
}

fn nothing_counted(analysis: &Analysis, tally: &Tally) -> Vec<Finding> {
    let in_period = || analysis.deployments.iter().filter(|record| record.in_period);
    let is_missing =
        |report: &&GroupReport| report.figures[Metric::DeploymentFrequency].missing == Some(NoData::NothingCounted);
    let missing: Vec<&GroupReport> = analysis.groups.iter().filter(is_missing).collect();
    let of = |scope: &str, seen: &Seen| {
        finding(
            "nothing-counted",
            Severity::Error,
            scope,
            format!(
                "Deployments were read, and none of them went to an environment that counts with a status that tells \
                 how it ended: the figures are missing, not 0.{}",
                seen.words()
            ),
            &seen.advice(),
        )
    };
    if let Some(all) = missing.iter().find(|report| report.group.kind == GroupKind::All) {
        return vec![of(&scope(&all.group), &Seen::of(in_period()))];
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
        let names: Vec<String> = services.iter().map(|report| report.group.name.clone()).collect();
        let mut one = of("all", &Seen::of(in_period().filter(|record| record.service.is_none())));
        one.message = format!("{} ({}): {}", count(names.len(), "service"), some(&names), one.message);
        // The rest of the organisation has figures.
        one.severity = Severity::Warning;
        vec![one]
    } else {
        services.into_iter().map(|report| of(&scope(&report.group), &own(report))).collect()
    };
    if tally.deployments > 0 && tally.counted * 2 < tally.deployments && found.is_empty() {
        let seen = Seen::of(in_period());
        found.push(finding(
            "nothing-counted",
            Severity::Info,
            "all",
            format!("{} of {} in the period count.{}", tally.counted, count(seen.n, "deployment"), seen.words()),
            "Nothing to do, if the others did not reach users; else name their environments under [deployments].",
        ));
    }
    found
}

fn unmapped_incidents(analysis: &Analysis) -> Option<Finding> {
    let opened: Vec<&IncidentRecord> = analysis
        .incidents
        .iter()
        .filter(|record| record.counted && analysis.known.contains(record.event.opened_at))
        .collect();
    let unmapped: Vec<&IncidentRecord> = opened.iter().copied().filter(|record| record.services.is_empty()).collect();
    let is_missing =
        |report: &GroupReport| report.figures[Metric::ChangeFailureRate].missing == Some(NoData::IncidentsUnmapped);
    let missing = analysis.groups.iter().any(is_missing);
    if unmapped.is_empty() && !missing {
        return None;
    }
    let mut keys: BTreeMap<&str, usize> = BTreeMap::new();
    for key in unmapped.iter().flat_map(|record| &record.event.service_keys) {
        *keys.entry(key).or_default() += 1;
    }
    let mut sorted: Vec<(&str, usize)> = keys.into_iter().collect();
    sorted.sort_by_key(|(key, n)| (std::cmp::Reverse(*n), *key));
    let shown: Vec<String> = sorted.iter().map(|(key, n)| format!("{key} ({n})")).collect();
    let named =
        if shown.is_empty() { "They name no service.".to_owned() } else { format!("They name {}.", some(&shown)) };
    let effect = if missing {
        "No incident belongs to a service, so failures are unknown: change failure rate and recovery time are missing, not 0."
    } else {
        "They count in \"all\" alone, and fail a deployment only by a reference to it."
    };
    let key = sorted.first().map_or("KEY", |(key, _)| key);
    Some(finding(
        "unmapped-incidents",
        if missing { Severity::Error } else { Severity::Warning },
        "all",
        format!(
            "{} of {} incidents opened in the period belong to no service. {effect} {named}",
            unmapped.len(),
            opened.len()
        ),
        &format!("List what they name under the [[service]] that it means, for example incidents = [\"{key}\"]."),
    ))
}

/// Priorities that nobody can rank pass a least priority.
fn unknown_priorities(analysis: &Analysis) -> Option<Finding> {
    analysis.settings.min_priority?;
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for record in analysis.incidents.iter().filter(|it| it.counted && analysis.known.contains(it.event.opened_at)) {
        let unknown = record.event.priority.as_deref().filter(|name| priority_rank(name).is_none());
        if let Some(name) = unknown {
            *names.entry(name).or_default() += 1;
        }
    }
    let n: usize = names.values().sum();
    let shown: Vec<String> = names.iter().map(|(name, n)| format!("{name} ({n})")).collect();
    (n > 0).then(|| {
        finding(
            "unknown-priorities",
            Severity::Warning,
            "all",
            format!(
                "{} have a priority whose rank cannot be told, and pass min_priority: {}.",
                count(n, "incident"),
                some(&shown)
            ),
            "Write the rank into the priority's name in the incident service, for example \"P2\" or \"high\".",
        )
    })
}
