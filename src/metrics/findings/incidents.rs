//! Findings about single incidents and commits with implausible data: over without an end, zero duration, a reference
//! that matches nothing, dated in the year 1 or 1970. Each says how many, the first five, and the figure without them.

use super::of_all;
use super::tally::Tally;
use crate::domain::unit::Seconds;
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

fn counted(analysis: &Analysis) -> impl Iterator<Item = IncidentRecord<'_>> {
    analysis.incidents.iter().filter(|record| record.counted)
}

fn id(record: &IncidentRecord<'_>) -> String {
    record.event.id.to_string()
}

fn open(analysis: &Analysis) -> Option<Finding> {
    let n = counted(analysis).filter(IncidentRecord::is_open).count();
    (n > 0).then(|| of_all(Severity::Info, Observation::OpenIncidents { n }))
}

fn over_without_an_end(analysis: &Analysis) -> Option<Finding> {
    let ids: Vec<String> = counted(analysis).filter(|it| it.is_over_without_an_end).map(|it| id(&it)).collect();
    let others = analysis.groups.first().map_or(0, |all| all.figures[Metric::TimeToRestore].n);
    (!ids.is_empty()).then(|| of_all(Severity::Warning, Observation::OverWithoutAnEnd { ids, others }))
}

fn zero_length(analysis: &Analysis) -> Option<Finding> {
    let resolved = |it: &IncidentRecord<'_>| it.event.resolved_at.is_some_and(|at| analysis.known.contains(at));
    let (mut lengths, mut ids) = (Vec::new(), Vec::new());
    for record in counted(analysis).filter(resolved) {
        let Some(length) = record.time_to_restore.map(Seconds::as_f64) else { continue };
        lengths.push(length);
        if length <= 0.0 {
            ids.push(id(&record));
        }
    }
    lengths.sort_by(f64::total_cmp);
    let longer = lengths.get(lengths.partition_point(|length| *length <= 0.0)..).unwrap_or_default();
    let (with, without) = (quantile(&lengths, 0.5), quantile(longer, 0.5));
    (!ids.is_empty()).then(|| of_all(Severity::Warning, Observation::ZeroLength { ids, with, without }))
}

fn reference_names_nothing(analysis: &Analysis) -> Option<Finding> {
    let opened = |it: &IncidentRecord<'_>| it.refers_to_nothing && analysis.known.contains(it.event.opened_at);
    let (mut ids, mut by_clock) = (Vec::new(), 0);
    for record in counted(analysis).filter(opened) {
        ids.push(id(&record));
        by_clock += usize::from(record.link.is_some_and(|link| link.rule == Rule::Window));
    }
    (!ids.is_empty()).then(|| of_all(Severity::Warning, Observation::ReferenceNamesNothing { ids, by_clock }))
}

fn absurd_commits(tally: &Tally) -> Option<Finding> {
    let shas = &tally.absurd_commits;
    (!shas.is_empty()).then(|| of_all(Severity::Warning, Observation::AbsurdCommits { shas: shas.clone() }))
}
