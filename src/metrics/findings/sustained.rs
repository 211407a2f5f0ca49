//! Failures that go on: a change failure rate above a tenth in each of the last three windows of 30 days, the incidents
//! behind it by class of fault, and for each class the experiment that looks for its cause.

use super::{finding, scope};
use crate::domain::group::GroupKind;
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Analysis, Finding, GroupReport, IncidentRecord, Severity};

/// More than this in every window is sustained.
const THRESHOLD: f64 = 0.10;

/// Three windows of 30 days, milliseconds.
const WINDOWS: i64 = 90 * 86_400_000;

/// A class of fault: its name, words that speak of it, and the experiment that looks for it.
struct Class {
    name: &'static str,
    words: &'static [&'static str],
    experiment: &'static str,
}

const CLASSES: [Class; 3] = [
    Class {
        name: "database connections",
        words: &[
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
        experiment: "latency or partition between application and database",
    },
    Class {
        name: "memory",
        words: &["memory", "oom", "oomkilled", "heap", "leak", "out of memory", "gc"],
        experiment: "memory stress at peak load",
    },
    Class {
        name: "dependency timeouts",
        words: &[
            "timeout",
            "timeouts",
            "timed out",
            "upstream",
            "504",
            "502",
            "gateway",
            "latency",
            "slow",
            "dependency",
        ],
        experiment: "slow upstream responses",
    },
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
    let mut counts = [0; 4];
    for record in analysis.incidents.iter().filter(own) {
        counts[class(record)] += 1;
    }
    let names = CLASSES.iter().map(|class| class.name).chain(["other"]);
    let classes: Vec<String> =
        names.zip(counts).filter(|(_, n)| *n > 0).map(|(name, n)| format!("{n} {name}")).collect();
    let experiments: Vec<String> = CLASSES
        .iter()
        .zip(counts)
        .filter(|(_, n)| *n > 0)
        .map(|(class, _)| format!("{} ({})", class.experiment, class.name))
        .collect();
    let percents: Vec<String> = ratios.iter().rev().map(|ratio| format!("{:.1} %", ratio * 100.0)).collect();
    let incidents = if classes.is_empty() {
        String::new()
    } else {
        format!(" The incidents behind it that this report holds: {}.", classes.join(", "))
    };
    let advice = if experiments.is_empty() {
        "Read the incidents for what they share before adding process.".to_owned()
    } else {
        format!("Try these experiments before the next release: {}.", experiments.join("; "))
    };
    Some(finding(
        "sustained-change-failure-rate",
        Severity::Warning,
        &scope(&group.group),
        format!(
            "The change failure rate was above 10 % in each of the last three windows of 30 days: {}.{incidents}",
            percents.join(", ")
        ),
        &advice,
    ))
}

/// The class of an incident by its title and tags; the last is "other".
fn class(record: &IncidentRecord) -> usize {
    let texts = record.event.title.iter().chain(&record.event.tags);
    let text = texts.map(|text| text.to_lowercase()).collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
    let speaks = |word: &&str| if word.contains(' ') { text.contains(*word) } else { words.contains(word) };
    CLASSES.iter().position(|class| class.words.iter().any(&speaks)).unwrap_or(CLASSES.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Incident;

    #[test]
    fn a_fault_is_told_by_whole_words() {
        for (title, wanted) in [
            ("Too many connections on Postgres", 0),
            ("Pod OOMKilled again", 1),
            ("Payment provider timed out", 2),
            ("DBA on holiday", 3),
            ("Typo in copy", 3),
        ] {
            let event = Incident { title: Some(title.into()), ..Incident::default() };
            let record = IncidentRecord {
                event,
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
