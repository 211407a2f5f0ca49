//! Findings about single incidents and commits whose data cannot be right as they stand: over without an end, without a
//! duration, referring to nothing, written in the year 1 or 1970. Each says how many, the first five, and the figure
//! without them.

use super::tally::Tally;
use super::{count, count_are, count_have, finding};
use crate::metrics::statistics::quantile;
use crate::metrics::tables::{Analysis, Finding, IncidentRecord, Metric, Rule, Severity};

/// Ids in full before the rest are only counted.
const FIRST: usize = 5;

pub(super) fn findings(analysis: &Analysis, tally: &Tally) -> Vec<Finding> {
    let all = [
        open(analysis),
        over_without_an_end(analysis),
        zero_length(analysis),
        reference_names_nothing(analysis),
        absurd_commits(tally),
    ];
    all.into_iter().flatten().collect()
}

fn counted(analysis: &Analysis) -> impl Iterator<Item = &IncidentRecord> {
    analysis.incidents.iter().filter(|record| record.counted)
}

/// The first ids, and how many more there are.
fn ids<'a>(all: impl Iterator<Item = &'a str> + Clone) -> String {
    let (shown, n) = (all.clone().take(FIRST).collect::<Vec<_>>().join(", "), all.count());
    if n > FIRST { format!("{shown} and {} more", n - FIRST) } else { shown }
}

fn incident_ids(of: &[&IncidentRecord]) -> String {
    ids(of.iter().map(|record| record.event.id.as_str()))
}

fn open(analysis: &Analysis) -> Option<Finding> {
    let is_open = |it: &&IncidentRecord| it.event.resolved_at.is_none() && !it.is_over_without_an_end;
    let n = counted(analysis).filter(is_open).count();
    (n > 0).then(|| {
        finding(
            "open-incidents",
            Severity::Info,
            "all",
            format!(
                "{} still open at the end of the period; medians over the resolved leave them out.",
                count_are(n, "incident")
            ),
            "Read the Kaplan-Meier median, which counts them, and close those that are over.",
        )
    })
}

fn over_without_an_end(analysis: &Analysis) -> Option<Finding> {
    let over: Vec<&IncidentRecord> = counted(analysis).filter(|record| record.is_over_without_an_end).collect();
    let n = analysis.groups.first().map_or(0, |all| all.figures[Metric::TimeToRestore].n);
    (!over.is_empty()).then(|| {
        finding(
            "over-without-an-end",
            Severity::Warning,
            "all",
            format!(
                "{} over by status, without an instant of resolution ({}): counted as opened, and neither as open nor as \
                 resolved. The times to restore rest on {n} others.",
                count_are(over.len(), "incident"),
                incident_ids(&over)
            ),
            "Record when they ended (resolved_at), and read or import them again.",
        )
    })
}

fn zero_length(analysis: &Analysis) -> Option<Finding> {
    let resolved = |it: &&IncidentRecord| it.event.resolved_at.is_some_and(|at| analysis.known.contains(at));
    let restored: Vec<&IncidentRecord> =
        counted(analysis).filter(resolved).filter(|record| record.time_to_restore.is_some()).collect();
    let length = |record: &IncidentRecord| record.time_to_restore.map_or(0.0, crate::domain::unit::Seconds::as_f64);
    let none: Vec<&IncidentRecord> = restored.iter().copied().filter(|record| length(record) <= 0.0).collect();
    let median = |with_zero: bool| {
        let mut lengths: Vec<f64> =
            restored.iter().map(|record| length(record)).filter(|it| with_zero || *it > 0.0).collect();
        lengths.sort_by(f64::total_cmp);
        quantile(&lengths, 0.5).map_or_else(|| "unknown".to_owned(), super::hours)
    };
    (!none.is_empty()).then(|| {
        finding(
            "zero-length-incidents",
            Severity::Warning,
            "all",
            format!(
                "{} opened and resolved in the same second ({}), as after the fact: the median time to restore is {} with \
                 them and {} without.",
                count(none.len(), "incident"),
                incident_ids(&none),
                median(true),
                median(false)
            ),
            "Record when they began and ended, or leave them out with ignore_tags.",
        )
    })
}

fn reference_names_nothing(analysis: &Analysis) -> Option<Finding> {
    let opened = |it: &&IncidentRecord| it.refers_to_nothing && analysis.known.contains(it.event.opened_at);
    let found: Vec<&IncidentRecord> = counted(analysis).filter(opened).collect();
    let by_clock = |it: &&&IncidentRecord| it.link.as_ref().is_some_and(|link| link.rule == Rule::Window);
    let n = found.iter().filter(by_clock).count();
    (!found.is_empty()).then(|| {
        finding(
            "reference-names-nothing",
            Severity::Warning,
            "all",
            format!(
                "{} a reference that is no counted deployment ({}): {n} of them are linked by the time window alone in its \
                 place, and without those there are {n} fewer links.",
                count_have(found.len(), "incident"),
                incident_ids(&found)
            ),
            "Give the deployment's id, or at least 7 characters of its revision; check that its environment counts.",
        )
    })
}

fn absurd_commits(tally: &Tally) -> Option<Finding> {
    let shas = &tally.absurd_commits;
    (!shas.is_empty()).then(|| {
        let short = shas.iter().map(|sha| sha.get(..10).unwrap_or(sha.as_str()));
        finding(
            "absurd-instants",
            Severity::Warning,
            "all",
            format!(
                "{} written in the year 1 or 1970 ({}), which programs write for \"no date\": no lead time starts at them.",
                count_are(shas.len(), "commit"),
                ids(short)
            ),
            "Nothing to do; the clock of whoever wrote them was not set.",
        )
    })
}
