//! Merges findings of the same kind: one paragraph for all scopes, with the effect in each, the most severe first.

use std::mem::discriminant;

use super::{Words, hours, percent, words};
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Finding, Numbers, Observation, Severity};

/// How many scopes a text names before it only counts the rest.
const NAMED: usize = 8;

/// The findings of one kind in all scopes.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouped {
    /// The published id.
    pub id: &'static str,
    /// The highest severity among them.
    pub severity: Severity,
    /// The scope that `message` describes: the widest among those of the highest severity.
    pub scope: String,
    /// What was found in `scope`, with the numbers.
    pub message: String,
    /// The same in the other scopes, in a sentence; empty where there are none.
    pub others: String,
    /// What to do.
    pub advice: String,
    /// The share of a figure that depends on the finding, 0 to 1; 0 if unknown.
    weight: f64,
}

impl Grouped {
    /// All of it as one text: id, scope, message, other scopes, advice.
    pub fn text(&self) -> String {
        let others = if self.others.is_empty() { String::new() } else { format!(" {}", self.others) };
        format!("{} ({}): {}{others} {}", self.id, self.scope, self.message, self.advice)
    }
}

/// Merges findings of one kind; sorts by severity, then by the share of a figure that depends on the finding.
pub fn grouped(findings: &[Finding]) -> Vec<Grouped> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        // Different observations may share an id, and one scope may have the same observation twice: these stay
        // separate.
        let is_same = |group: &&mut Vec<&Finding>| {
            group.iter().all(|it| discriminant(&it.what) == discriminant(&finding.what) && it.scope != finding.scope)
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let mut all: Vec<Grouped> = groups.into_iter().filter_map(one).collect();
    all.sort_by(|a, b| a.severity.cmp(&b.severity).then(b.weight.total_cmp(&a.weight)));
    all
}

fn one(mut group: Vec<&Finding>) -> Option<Grouped> {
    // The most severe first, then `all` before teams before services; the stable sort keeps the order of names.
    group.sort_by_key(|finding| (finding.severity, finding.scope.kind));
    let (first, others) = group.split_first()?;
    let Words { message, advice } = words(first);
    let severity = first.severity;
    let weight = group.iter().map(|finding| weight(&finding.what)).fold(0.0, f64::max);
    Some(Grouped { id: first.id(), severity, scope: first.scope(), message, others: also(others), advice, weight })
}

/// The share of a figure that depends on a finding: how far the figure would move without the events in question.
fn weight(what: &Observation) -> f64 {
    let share = |part: f64, whole: f64| if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
    let moved = |now: Option<f64>, other: Option<f64>| match (now, other) {
        (Some(now), Some(other)) => share((now - other).abs(), now.max(other)),
        (None, None) => 0.0,
        _ => 1.0,
    };
    let rate = |it: &Numbers| it.failures.map(|(ratio, ..)| ratio);
    match what {
        Observation::ByTheClock { window, failed, .. } => share(*window as f64, *failed as f64),
        Observation::ZeroLength { with, without, .. } => moved(*with, *without),
        Observation::FromPullRequests { opened, ours, .. } => share(ours - opened, *ours),
        Observation::UnmappedIncidents { unmapped, opened, .. } => share(*unmapped as f64, *opened as f64),
        Observation::FewCounted { counted, n, .. } => share((n - counted) as f64, *n as f64),
        Observation::Rollouts { now, once } => {
            moved(now.deployments.map(|n| n as f64), once.deployments.map(|n| n as f64))
                .max(moved(rate(now), rate(once)))
        }
        Observation::Environments { now, other, .. } => {
            moved(rate(now), rate(other)).max(moved(now.lead_time, other.lead_time))
        }
        Observation::Filtered { now, without, .. } => {
            let restore = |it: &Numbers| it.restore.map(|(p50, _)| p50);
            moved(rate(now), rate(without)).max(moved(restore(now), restore(without)))
        }
        Observation::Sustained { ratios, .. } => ratios.iter().copied().fold(0.0, f64::max),
        Observation::ZeroFailures { high, .. } => *high,
        _ => 0.0,
    }
}

/// `Also: api (6.5 % with them, 2.2 % without), web.`
fn also(others: &[&Finding]) -> String {
    if others.is_empty() {
        return String::new();
    }
    let said: Vec<String> = others
        .iter()
        .take(NAMED)
        .map(|finding| {
            let name = match finding.scope.kind {
                GroupKind::Team => finding.scope(),
                GroupKind::All | GroupKind::Service => finding.scope.name.clone(),
            };
            match effect(&finding.what) {
                Some(effect) => format!("{name} ({effect})"),
                None => name,
            }
        })
        .collect();
    match others.len().saturating_sub(NAMED) {
        0 => format!("Also: {}.", said.join(", ")),
        more => format!("Also: {} and {more} more.", said.join(", ")),
    }
}

/// The effect of a finding on a figure, in a few words; none if the finding has no number.
fn effect(what: &Observation) -> Option<String> {
    let share = |part: u64, whole: u64| percent(part as f64 / whole.max(1) as f64);
    let rate = |it: &Numbers| it.failures.map(|(ratio, ..)| percent(ratio));
    let pair = |one: Option<f64>, other: Option<f64>| {
        let words = |value: Option<f64>| value.map_or_else(|| "no figure".to_owned(), hours);
        format!("median {} with them, {} without", words(one), words(other))
    };
    Some(match what {
        Observation::ByTheClock { window, failed, deployments, .. } if *window > 0 => format!(
            "failure rate {} with them, {} without",
            share(*failed, *deployments),
            share(failed.saturating_sub(*window), *deployments)
        ),
        Observation::ByTheClock { low_urgency, opened, .. } => format!("{low_urgency} of {opened} incidents"),
        Observation::ZeroFailures { deployments, high } => {
            format!("0 of {deployments}, a true rate of up to {} would fit", percent(*high))
        }
        Observation::SmallSample { deployments } => format!("{deployments} deployments"),
        Observation::UnknownCommits { n }
        | Observation::NegativeLeadTime { n }
        | Observation::Redeploys { n }
        | Observation::Rollbacks { n } => format!("{n} deployments"),
        Observation::OpenIncidents { n } => format!("{n} open"),
        Observation::OverWithoutAnEnd { ids, .. } | Observation::ReferenceNamesNothing { ids, .. } => {
            format!("{} incidents", ids.len())
        }
        Observation::ZeroLength { with, without, .. } => pair(*with, *without),
        Observation::FewCounted { counted, n, .. } => format!("{counted} of {n} count"),
        Observation::UnmappedIncidents { unmapped, opened, .. } => format!("{unmapped} of {opened} incidents"),
        Observation::FromPullRequests { opened, ours, .. } => {
            format!("lead time {} from the opening, {} from the first commit", hours(*opened), hours(*ours))
        }
        Observation::Rollouts { now, once } => format!(
            "{} deployments, {} with each roll-out once",
            now.deployments.unwrap_or(0),
            once.deployments.unwrap_or(0)
        ),
        Observation::Environments { now, other, .. } | Observation::Filtered { now, without: other, .. } => {
            format!("failure rate {}, otherwise {}", rate(now)?, rate(other)?)
        }
        Observation::Sustained { ratios, .. } => {
            ratios.iter().map(|ratio| percent(*ratio)).collect::<Vec<_>>().join(", ")
        }
        Observation::Rework { k, n, .. } => format!("{k} of {n}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::Group;
    use crate::metrics::tables::IncidentFilter;

    #[test]
    fn the_same_finding_of_several_scopes_is_one_paragraph_with_the_effect_in_each() {
        let finding = |kind, name: &str, severity, window| Finding {
            severity,
            scope: Group { kind, name: name.into() },
            what: Observation::ByTheClock { window, failed: 4, deployments: 40, low_urgency: 0, opened: 9 },
        };
        let open = Finding { severity: Severity::Info, scope: Group::all(), what: Observation::OpenIncidents { n: 2 } };
        let all = grouped(&[
            open,
            finding(GroupKind::Service, "web", Severity::Warning, 2),
            finding(GroupKind::All, "all", Severity::Warning, 3),
            finding(GroupKind::Service, "api", Severity::Error, 1),
        ]);
        assert_eq!(all.iter().map(|it| it.id).collect::<Vec<_>>(), ["alerts-counted-as-failures", "open-incidents"]);
        assert_eq!((all[0].severity, all[0].scope.as_str()), (Severity::Error, "service api"), "the gravest leads");
        assert!(all[0].message.starts_with("1 of 4 failures"), "{}", all[0].message);
        assert_eq!(
            all[0].others,
            "Also: all (failure rate 10.0 % with them, 2.5 % without), web (failure rate 10.0 % with them, 5.0 % without)."
        );
        assert_eq!(all[1].others, "");
    }

    #[test]
    fn filters_of_incidents_weigh_as_much_as_they_move_failures_and_restoring() {
        let now = Numbers {
            deployments: Some(40),
            lead_time: Some(3_600.0),
            failures: Some((0.1, 4, 40)),
            restore: Some((600.0, 4)),
        };
        let without = Numbers { lead_time: None, ..now };
        let by = |without: Numbers| {
            weight(&Observation::Filtered { by_filter: [(IncidentFilter::Urgencies, 1)].into(), now, without })
        };
        assert!(by(without) < 1e-9, "the lead time does not depend on incidents");
        assert!((by(Numbers { failures: Some((0.2, 8, 40)), ..without }) - 0.5).abs() < 1e-9);
        assert!((by(Numbers { restore: Some((800.0, 6)), ..without }) - 0.25).abs() < 1e-9);
    }

    #[test]
    fn two_observations_with_one_id_keep_their_own_sentences() {
        let error = |what| Finding { severity: Severity::Error, scope: Group::all(), what };
        let all = grouped(&[
            error(Observation::DeploymentsNotRead { repos: ["a/b".to_owned()].into() }),
            error(Observation::IncidentsNotRead { sources: ["pagerduty".to_owned()].into() }),
        ]);
        assert_eq!(all.len(), 2);
        assert!(all[0].message.contains("a/b") && all[1].message.contains("pagerduty"));
        assert!(all.iter().all(|it| it.others.is_empty()), "{all:?}");
    }

    #[test]
    fn many_scopes_are_counted_after_the_first() {
        let of = |at: usize| Finding {
            severity: Severity::Warning,
            scope: Group { kind: GroupKind::Service, name: format!("s{at:02}") },
            what: Observation::Redeploys { n: 1 },
        };
        let all = grouped(&(0..30).map(of).collect::<Vec<_>>());
        assert_eq!(all.len(), 1);
        assert!(all[0].others.ends_with("and 21 more."), "{}", all[0].others);
    }
}
