//! Findings that compare the figures of the group `all` with those under another setting: each roll-out counted once,
//! environments with misleading names, and incidents that the filters leave out.

use std::collections::BTreeMap;

use super::of_all;
use crate::domain::reason::Reason;
use crate::metrics::tables::{
    Alternative, Analysis, Counts, Finding, IncidentFilter, Metric, Numbers, Observation, Severity, Variation,
};

pub(super) fn findings(analysis: &Analysis) -> Vec<Finding> {
    let Some(all) = analysis.groups.first() else { return Vec::new() };
    let figures = &all.figures;
    let now = Numbers {
        deployments: Numbers::deployments(&figures[Metric::DeploymentFrequency]),
        lead_time: figures[Metric::LeadTime].value,
        failures: Numbers::failures(&figures[Metric::ChangeFailureRate]),
        restore: Numbers::restore(&figures[Metric::TimeToRestore]),
    };
    let one = |alternative: &Alternative| {
        let other = alternative.numbers;
        match &alternative.variation {
            Variation::RolloutsOnce => {
                let are_fewer = other.deployments? < now.deployments?;
                are_fewer.then(|| of_all(Severity::Warning, Observation::Rollouts { now, once: other }))
            }
            Variation::WithoutEnvironments(names) => Some(environments(true, names, now, other)),
            Variation::WithEnvironments(names) => Some(environments(false, names, now, other)),
            Variation::WithoutFilters => filters(analysis, now, other),
        }
    };
    analysis.alternatives.iter().filter_map(one).collect()
}

fn environments(are_counted: bool, names: &BTreeMap<String, u64>, now: Numbers, other: Numbers) -> Finding {
    let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let names: Counts = names.iter().map(|(name, n)| (name.clone(), count(*n))).collect();
    of_all(Severity::Warning, Observation::Environments { are_counted, names, now, other })
}

fn filters(analysis: &Analysis, now: Numbers, without: Numbers) -> Option<Finding> {
    let mut by_filter: BTreeMap<IncidentFilter, usize> = BTreeMap::new();
    for record in analysis.incidents.iter().filter(|record| analysis.known.contains(record.event.opened_at)) {
        let filter = match record.reason {
            Some(Reason::Priority) => IncidentFilter::MinPriority,
            Some(Reason::Urgency) => IncidentFilter::Urgencies,
            Some(Reason::Tag) => IncidentFilter::IgnoreTags,
            _ => continue,
        };
        *by_filter.entry(filter).or_default() += 1;
    }
    (!by_filter.is_empty()).then(|| of_all(Severity::Info, Observation::Filtered { by_filter, now, without }))
}
