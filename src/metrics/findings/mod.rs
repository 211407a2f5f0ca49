//! What a reader should know about the figures, counted from the finished tables.
//!
//! Each finding has an id, a severity, a scope, numbers and names; `report` writes its text, and no finding changes a
//! figure. This file has the findings that need only counts of deployments; `incidents` has those about single
//! incidents, `recognition` those about names that match nothing, `either_way` and `practice` those about other ways of
//! counting, and `sustained` the one about sustained failures.

mod either_way;
mod incidents;
mod practice;
mod recognition;
mod rework;
mod sustained;
mod tally;

use std::collections::BTreeSet;

pub(super) use self::tally::Tally;
use super::tables::{Analysis, Finding, GroupReport, Kind, LeadTimeReason, Metric, NoData, Observation, Severity};
use crate::domain::group::{Group, GroupKind};
use crate::facts::parallel::in_parallel;

/// Fewer deployments than this are a small sample.
const SMALL_SAMPLE: u64 = 20;

/// The findings of a report, worst first, then by id and scope; `tally` is that of the report.
pub(super) fn findings(analysis: &Analysis, tally: &Tally) -> Vec<Finding> {
    let mut found = Vec::new();
    for group in &analysis.groups {
        if group.group.kind == GroupKind::All {
            found.extend(coverage(group));
        }
        if group.group.kind == GroupKind::Service {
            found.extend(samples(group));
        }
    }
    found.extend(small_samples(&analysis.groups));
    found.extend(deployments(tally));
    // Those that look at single events take longest.
    let others: [&(dyn Fn() -> Vec<Finding> + Sync); 6] = [
        &|| incidents::findings(analysis, tally),
        &|| practice::findings(analysis, tally),
        &|| sustained::findings(analysis),
        &|| recognition::findings(analysis, tally),
        &|| either_way::findings(analysis),
        &|| rework::findings(analysis, tally).into_iter().collect(),
    ];
    found.extend(in_parallel(&others, |findings| findings()).into_iter().flatten());
    sort(&mut found);
    found
}

/// Worst first, then by id and scope.
pub fn sort(found: &mut [Finding]) {
    found.sort_by_cached_key(|it| (it.severity, it.id(), it.scope()));
}

fn finding(severity: Severity, scope: &Group, what: Observation) -> Finding {
    Finding { severity, scope: scope.clone(), what }
}

/// A finding about everything.
fn of_all(severity: Severity, what: Observation) -> Finding {
    finding(severity, &Group::all(), what)
}

fn coverage(all: &GroupReport) -> Vec<Finding> {
    let set = |names: &[String]| names.iter().cloned().collect();
    let deployments = match &all.figures[Metric::DeploymentFrequency].missing {
        Some(NoData::DeploymentsNotRead { repos, .. }) => Some(Observation::DeploymentsNotRead { repos: set(repos) }),
        Some(NoData::NoRepos) => Some(Observation::NoRepos),
        _ => None,
    };
    let incidents = match &all.figures[Metric::TimeToRestore].missing {
        Some(NoData::NoIncidentSource) => Some((Severity::Warning, Observation::NoIncidentSource)),
        Some(NoData::IncidentsNotRead { sources, .. }) => {
            Some((Severity::Error, Observation::IncidentsNotRead { sources: set(sources) }))
        }
        _ => None,
    };
    let all = deployments.map(|what| (Severity::Error, what)).into_iter().chain(incidents);
    all.map(|(severity, what)| of_all(severity, what)).collect()
}

/// A finding per service, or one for all of them where there are many.
fn small_samples(groups: &[GroupReport]) -> Vec<Finding> {
    let small: Vec<(&Group, u64)> = groups
        .iter()
        .filter(|group| group.group.kind == GroupKind::Service)
        .filter_map(|group| Some((&group.group, group.figures[Metric::DeploymentFrequency].known()?.n)))
        .filter(|(_, deployments)| (1..SMALL_SAMPLE).contains(deployments))
        .collect();
    if small.len() > 3 {
        let services = small.iter().map(|(group, _)| group.name.clone()).collect();
        return vec![of_all(Severity::Info, Observation::SmallSamples { services, fewest: SMALL_SAMPLE })];
    }
    let one = |(group, deployments)| finding(Severity::Info, group, Observation::SmallSample { deployments });
    small.into_iter().map(one).collect()
}

fn samples(group: &GroupReport) -> Option<Finding> {
    let failure = group.figures[Metric::ChangeFailureRate].known()?;
    (failure.k == Some(0) && failure.n >= SMALL_SAMPLE).then(|| {
        let high = failure.ci95.map_or(1.0, |ends| ends.high);
        let what = Observation::ZeroFailures { deployments: failure.n, high };
        finding(Severity::Warning, &group.group, what)
    })
}

fn deployments(tally: &Tally) -> Vec<Finding> {
    let with_reason = |reason| tally.reasons.get(&reason).copied().unwrap_or(0);
    let of_kind = |kind| tally.kinds.get(&kind).copied().unwrap_or(0);
    let (unknown, negative) = (with_reason(LeadTimeReason::UnknownCommits), with_reason(LeadTimeReason::Negative));
    let (redeploys, rollbacks) = (of_kind(Kind::Redeploy), of_kind(Kind::Rollback));
    let repos: BTreeSet<String> = tally.homeless.iter().cloned().collect();
    [
        (Severity::Warning, unknown, Observation::UnknownCommits { n: unknown }),
        (Severity::Warning, negative, Observation::NegativeLeadTime { n: negative }),
        (Severity::Info, redeploys, Observation::Redeploys { n: redeploys }),
        (Severity::Info, rollbacks, Observation::Rollbacks { n: rollbacks }),
        (Severity::Warning, repos.len(), Observation::UnmappedRepos { repos }),
    ]
    .into_iter()
    .filter(|(_, n, _)| *n > 0)
    .map(|(severity, _, what)| of_all(severity, what))
    .collect()
}
