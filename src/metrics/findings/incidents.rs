//! Findings about single incidents and commits with implausible data: over without an end, zero duration, a reference
//! that matches nothing, dated in the year 1 or 1970. Each says how many, the first five, and the figure without them.

use super::of_all;
use super::tally::Tally;
use crate::metrics::statistics::quantile;
use crate::metrics::tables::{Analysis, Finding, IncidentRecord, Metric, Observation, Rule, Severity};

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

fn ids(of: &[&IncidentRecord]) -> Vec<String> {
    of.iter().map(|record| record.event.id.clone()).collect()
}

fn open(analysis: &Analysis) -> Option<Finding> {
    let is_open = |it: &&IncidentRecord| it.event.resolved_at.is_none() && !it.is_over_without_an_end;
    let n = counted(analysis).filter(is_open).count();
    (n > 0).then(|| of_all(Severity::Info, Observation::OpenIncidents { n }))
}

fn over_without_an_end(analysis: &Analysis) -> Option<Finding> {
    let over: Vec<&IncidentRecord> = counted(analysis).filter(|record| record.is_over_without_an_end).collect();
    let others = analysis.groups.first().map_or(0, |all| all.figures[Metric::TimeToRestore].n);
    (!over.is_empty()).then(|| of_all(Severity::Warning, Observation::OverWithoutAnEnd { ids: ids(&over), others }))
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
        quantile(&lengths, 0.5)
    };
    let what = || Observation::ZeroLength { ids: ids(&none), with: median(true), without: median(false) };
    (!none.is_empty()).then(|| of_all(Severity::Warning, what()))
}

fn reference_names_nothing(analysis: &Analysis) -> Option<Finding> {
    let opened = |it: &&IncidentRecord| it.refers_to_nothing && analysis.known.contains(it.event.opened_at);
    let found: Vec<&IncidentRecord> = counted(analysis).filter(opened).collect();
    let is_by_clock = |it: &&&IncidentRecord| it.link.as_ref().is_some_and(|link| link.rule == Rule::Window);
    let by_clock = found.iter().filter(is_by_clock).count();
    let what = || Observation::ReferenceNamesNothing { ids: ids(&found), by_clock };
    (!found.is_empty()).then(|| of_all(Severity::Warning, what()))
}

fn absurd_commits(tally: &Tally) -> Option<Finding> {
    let shas = &tally.absurd_commits;
    (!shas.is_empty()).then(|| of_all(Severity::Warning, Observation::AbsurdCommits { shas: shas.clone() }))
}
