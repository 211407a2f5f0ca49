//! The text of each finding: a sentence or two with the numbers, and what to do.
//!
//! `deployments` and `incidents` describe problems in what was read, `counting` compares other ways of counting.

mod counting;
mod deployments;
mod grouped;
mod incidents;

use std::collections::BTreeMap;

use crate::metrics::tables::{Counts, Finding, Observation};

/// A finding in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What was found, with the numbers.
    pub message: String,
    /// What to do.
    pub advice: String,
}

impl Words {
    fn new(message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { message: message.into(), advice: advice.into() }
    }
}

pub use self::grouped::{Grouped, grouped};
pub(super) use self::incidents::fault_name;

/// The words of a finding.
pub fn words(finding: &Finding) -> Words {
    match &finding.what {
        Observation::DeploymentsNotRead { .. }
        | Observation::NoRepos
        | Observation::SmallSample { .. }
        | Observation::SmallSamples { .. }
        | Observation::UnknownCommits { .. }
        | Observation::NegativeLeadTime { .. }
        | Observation::Redeploys { .. }
        | Observation::Rollbacks { .. }
        | Observation::UnmappedRepos { .. }
        | Observation::AbsurdCommits { .. }
        | Observation::NothingCounted { .. }
        | Observation::FewCounted { .. }
        | Observation::StandIns { .. }
        | Observation::CommitsAsDeployments { .. } => deployments::words(&finding.what),
        Observation::NoIncidentSource
        | Observation::IncidentsNotRead { .. }
        | Observation::ZeroFailures { .. }
        | Observation::OpenIncidents { .. }
        | Observation::OverWithoutAnEnd { .. }
        | Observation::ZeroLength { .. }
        | Observation::ReferenceNamesNothing { .. }
        | Observation::UnmappedIncidents { .. }
        | Observation::UnknownPriorities { .. }
        | Observation::PartialOutagesMissing { .. }
        | Observation::Sustained { .. } => incidents::words(&finding.what),
        Observation::ByTheClock { .. }
        | Observation::FromPullRequests { .. }
        | Observation::Rollouts { .. }
        | Observation::Environments { .. }
        | Observation::Filtered { .. }
        | Observation::Rework { .. } => counting::words(&finding.what),
    }
}

/// `1 deployment`, `2 deployments`.
fn count(n: usize, thing: &str) -> String {
    if n == 1 { format!("1 {thing}") } else { format!("{n} {thing}s") }
}

/// `1 deployment has`, `2 deployments have`.
fn count_have(n: usize, thing: &str) -> String {
    format!("{} {}", count(n, thing), if n == 1 { "has" } else { "have" })
}

/// `1 incident is`, `2 incidents are`.
fn count_are(n: usize, thing: &str) -> String {
    format!("{} {}", count(n, thing), if n == 1 { "is" } else { "are" })
}

fn hours(seconds: f64) -> String {
    if seconds < 86_400.0 { format!("{:.1} h", seconds / 3_600.0) } else { format!("{:.1} d", seconds / 86_400.0) }
}

fn percent(ratio: f64) -> String {
    format!("{:.1} %", 100.0 * ratio)
}

/// The first of some names, and how many more there are.
fn first(most: usize, names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let all: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
    let shown = all.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// At most three names of a list, and how many more there are.
fn some(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    first(3, names)
}

/// Names with how often each occurs, by name.
fn by_name(names: &Counts) -> String {
    some(names.iter().map(|(name, n)| format!("{name} ({n})")))
}

/// The same, the most frequent first.
fn by_frequency(names: &Counts) -> String {
    some(most_frequent(names).into_iter().map(|(name, n)| format!("{name} ({n})")))
}

/// Names in order of how often they occur.
fn most_frequent<N: Ord>(names: &BTreeMap<N, usize>) -> Vec<(&N, usize)> {
    let mut sorted: Vec<(&N, usize)> = names.iter().map(|(name, n)| (name, *n)).collect();
    sorted.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::group::Group;
    use crate::domain::kind::DeploymentKind;
    use crate::metrics::tables::{Fault, IncidentFilter, Numbers, Severity};

    #[test]
    fn every_finding_has_a_sentence_and_says_what_to_do() {
        let names = || Counts::from([("a".to_owned(), 2)]);
        let places = || [(Some("a".to_owned()), 1), (None, 1)].into();
        let set = || ["a".to_owned()].into();
        let (ids, numbers) = (vec!["1".to_owned()], Numbers::default());
        let all = [
            Observation::DeploymentsNotRead { repos: set() },
            Observation::NoRepos,
            Observation::NoIncidentSource,
            Observation::IncidentsNotRead { sources: set() },
            Observation::SmallSample { deployments: 1 },
            Observation::SmallSamples { services: set(), fewest: 20 },
            Observation::ZeroFailures { deployments: 20, high: 0.1 },
            Observation::UnknownCommits { n: 1 },
            Observation::NegativeLeadTime { n: 1 },
            Observation::Redeploys { n: 1 },
            Observation::Rollbacks { n: 1 },
            Observation::UnmappedRepos { repos: set() },
            Observation::OpenIncidents { n: 1 },
            Observation::OverWithoutAnEnd { ids: ids.clone(), others: 1 },
            Observation::ZeroLength { ids: ids.clone(), with: Some(1.0), without: None },
            Observation::ReferenceNamesNothing { ids: ids.clone(), by_clock: 0 },
            Observation::AbsurdCommits { shas: ids },
            Observation::NothingCounted { services: set(), n: 2, environments: places(), statuses: names() },
            Observation::FewCounted { counted: 0, n: 2, environments: places(), statuses: names() },
            Observation::UnmappedIncidents { unmapped: 1, opened: 2, failures_are_missing: false, keys: names() },
            Observation::UnknownPriorities { names: names() },
            Observation::StandIns { kind: DeploymentKind::WorkflowRuns, n: 1 },
            Observation::CommitsAsDeployments { with_commit: 1, n: 2 },
            Observation::ByTheClock { window: 1, failed: 1, deployments: 2, low_urgency: 0, opened: 1 },
            Observation::PartialOutagesMissing { n: 5, days: 90 },
            Observation::FromPullRequests { requests: 1, opened: 1.0, ours: 2.0, n: 1 },
            Observation::Rollouts { now: numbers, once: numbers },
            Observation::Environments { are_counted: true, names: names(), now: numbers, other: numbers },
            Observation::Filtered {
                by_filter: [(IncidentFilter::Urgencies, 1)].into(),
                now: numbers,
                without: numbers,
            },
            Observation::Sustained { ratios: vec![0.2], faults: [(Fault::Memory, 1)].into() },
            Observation::Rework { k: 1, n: 2, said: 0, fixes: 1, rollbacks: 0, left: [1, 1, 1] },
        ];
        for what in all {
            let finding = Finding { severity: Severity::Info, scope: Group::all(), what };
            let Words { message, advice } = words(&finding);
            assert!(message.ends_with('.') && advice.ends_with('.'), "{}: {message} {advice}", finding.id());
        }
    }

    #[test]
    fn a_list_names_its_first_and_counts_the_rest() {
        assert_eq!(some(["a", "b", "c"]), "a, b, c");
        assert_eq!(some(["a", "b", "c", "d", "e"]), "a, b, c and 2 more");
        let names = Counts::from([("a".to_owned(), 1), ("b".to_owned(), 3), ("c".to_owned(), 1)]);
        assert_eq!(by_frequency(&names), "b (3), a (1), c (1)");
        assert_eq!(by_name(&names), "a (1), b (3), c (1)");
    }
}
