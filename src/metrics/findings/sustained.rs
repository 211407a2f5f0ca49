//! Sustained failures: a change failure rate above 10 % in each of the last three 30-day windows, with the incidents
//! behind it by class of fault.

use std::collections::BTreeMap;

use super::finding;
use crate::domain::group::GroupKind;
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Analysis, Fault, Finding, GroupReport, IncidentRecord, Observation, Severity};

/// More than this in every window is sustained.
const THRESHOLD: f64 = 0.10;

/// Three windows of 30 days, milliseconds.
const WINDOWS: i64 = 90 * 86_400_000;

/// Words that indicate a class of fault.
const WORDS: [(Fault, &[&str]); 3] = [
    (
        Fault::Database,
        &[
            "database",
            "db",
            "connection pool",
            "too many connections",
            "deadlock",
            "postgres",
            "mysql",
            "mongo",
            "sql",
            "replica",
        ],
    ),
    (Fault::Memory, &["memory", "oom", "oomkilled", "heap", "leak", "out of memory", "gc"]),
    (
        Fault::Dependency,
        &["timeout", "timeouts", "timed out", "upstream", "504", "502", "gateway", "latency", "slow", "dependency"],
    ),
];

pub(super) fn findings(analysis: &Analysis) -> Vec<Finding> {
    analysis
        .groups
        .iter()
        .filter(|group| group.group.kind != GroupKind::Team)
        .filter_map(|it| one(analysis, it))
        .collect()
}

fn one(analysis: &Analysis, group: &GroupReport) -> Option<Finding> {
    let ratios: Vec<f64> = group.recent.iter().filter_map(|figure| figure.value).collect();
    if ratios.len() < 3 || ratios.iter().any(|ratio| *ratio <= THRESHOLD) {
        return None;
    }
    let from = Timestamp(analysis.known.to.0 - WINDOWS);
    let own = |record: &&IncidentRecord| {
        let failed = record.link.as_ref().map(|link| group.group.has(link.service.as_ref(), link.team.as_ref()));
        record.event.opened_at >= from && failed == Some(true)
    };
    let mut faults = BTreeMap::new();
    for record in analysis.incidents.iter().filter(own) {
        *faults.entry(class(record)).or_default() += 1;
    }
    let what = Observation::Sustained { ratios: ratios.into_iter().rev().collect(), faults };
    Some(finding(Severity::Warning, &group.group, what))
}

/// The class of an incident by its title and tags.
fn class(record: &IncidentRecord) -> Fault {
    let texts = record.event.title.iter().chain(&record.event.tags);
    let text = texts.map(|text| text.to_lowercase()).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    let speaks = |word: &&str| if word.contains(' ') { text.contains(*word) } else { words.contains(word) };
    WORDS.iter().find(|(_, words)| words.iter().any(&speaks)).map_or(Fault::Other, |(fault, _)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Incident;

    #[test]
    fn a_fault_class_is_recognised_by_whole_words() {
        for (title, wanted) in [
            ("Too many connections on Postgres", Fault::Database),
            ("Pod OOMKilled again", Fault::Memory),
            ("Payment provider timed out", Fault::Dependency),
            ("DBA on holiday", Fault::Other),
            ("Typo in copy", Fault::Other),
        ] {
            let event = Incident { title: Some(title.into()), ..Incident::default() };
            let record = IncidentRecord {
                event: event.into(),
                services: Vec::new(),
                teams: Vec::new(),
                counted: true,
                reason: None,
                is_over_without_an_end: false,
                refers_to_nothing: false,
                time_to_restore: None,
                link: None,
            };
            assert_eq!(class(&record), wanted, "{title}");
        }
    }
}
