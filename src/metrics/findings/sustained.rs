//! Sustained failures: a change failure rate above 10 % in each of the last three 30-day windows, with the incidents
//! behind it by class of fault.

use std::collections::BTreeMap;

use super::finding;
use crate::domain::group::{Group, GroupKind};
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
    let groups = analysis.groups.iter().filter(|group| group.group.kind != GroupKind::Team);
    let sustained: Vec<(&Group, Vec<f64>)> = groups.filter_map(|it| Some((&it.group, ratios(it)?))).collect();
    if sustained.is_empty() {
        return Vec::new();
    }
    let mut faults = Faults::of(analysis);
    sustained
        .into_iter()
        .map(|(group, ratios)| {
            let what = Observation::Sustained { ratios, faults: faults.take(group) };
            finding(Severity::Warning, group, what)
        })
        .collect()
}

/// The failure rates of the last windows, the oldest first, if all of them are high.
fn ratios(group: &GroupReport) -> Option<Vec<f64>> {
    let ratios: Vec<f64> = group.recent.iter().rev().filter_map(|figure| figure.value).collect();
    (ratios.len() >= 3 && ratios.iter().all(|ratio| *ratio > THRESHOLD)).then_some(ratios)
}

/// The incidents of the windows that failed a deployment, by class.
#[derive(Default)]
struct Faults {
    all: BTreeMap<Fault, usize>,
    by_service: BTreeMap<String, BTreeMap<Fault, usize>>,
}

impl Faults {
    fn of(analysis: &Analysis) -> Self {
        let mut faults = Self::default();
        let from = Timestamp(analysis.known.to.0 - WINDOWS);
        for record in analysis.incidents.iter().filter(|record| record.event.opened_at >= from) {
            let Some(link) = &record.link else { continue };
            let class = class(&record);
            *faults.all.entry(class).or_default() += 1;
            if let Some(service) = &link.service {
                *faults.by_service.entry(service.0.clone()).or_default().entry(class).or_default() += 1;
            }
        }
        faults
    }

    fn take(&mut self, group: &Group) -> BTreeMap<Fault, usize> {
        match group.kind {
            GroupKind::All => std::mem::take(&mut self.all),
            _ => self.by_service.remove(&group.name).unwrap_or_default(),
        }
    }
}

/// The class of an incident by its title and tags.
fn class(record: &IncidentRecord<'_>) -> Fault {
    let texts = record.event.title.iter().chain(&record.event.tags);
    let text = texts.map(|text| text.to_lowercase()).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    let speaks = |word: &&str| if word.contains(' ') { text.contains(*word) } else { words.contains(word) };
    WORDS.iter().find(|(_, words)| words.iter().any(&speaks)).map_or(Fault::Other, |(fault, _)| *fault)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::tables::IncidentEvent;

    #[test]
    fn a_fault_class_is_recognised_by_whole_words() {
        for (title, wanted) in [
            ("Too many connections on Postgres", Fault::Database),
            ("Pod OOMKilled again", Fault::Memory),
            ("Payment provider timed out", Fault::Dependency),
            ("DBA on holiday", Fault::Other),
            ("Typo in copy", Fault::Other),
        ] {
            let event = IncidentEvent { title: Some(title.into()), ..IncidentEvent::default() };
            let record = IncidentRecord { event, ..IncidentRecord::default() };
            assert_eq!(class(&record), wanted, "{title}");
        }
    }
}
