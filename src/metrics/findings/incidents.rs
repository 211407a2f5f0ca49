//! Findings about single incidents and commits with implausible data: over without an end, zero duration, a reference
//! that matches nothing, dated in the year 1 or 1970. Each says how many, the first five, and the figure without them.

use super::of_all;
use super::tally::Tally;
use crate::domain::unit::Seconds;
use crate::metrics::statistics::quantile;
use crate::metrics::tables::{Analysis, Finding, IncidentRecord, Metric, Observation, Rule, Severity};

pub(super) fn findings(analysis: &Analysis, tally: &Tally) -> Vec<Finding> {
    let mut incidents = IncidentFindings::default();
    for record in analysis.incidents.iter().filter(|record| record.counted) {
        incidents.add(&record, analysis);
    }
    incidents.findings(analysis).into_iter().chain(absurd_commits(tally)).collect()
}

/// The incidents of each finding, by id, from one pass over all that count.
#[derive(Default)]
struct IncidentFindings {
    open: usize,
    over_without_an_end: Vec<String>,
    zero_length: Vec<String>,
    /// Times to restore in seconds, of all that were resolved in the period.
    lengths: Vec<f64>,
    refer_to_nothing: Vec<String>,
    /// How many of `refer_to_nothing` the attribution window links to a deployment.
    by_clock: usize,
}

impl IncidentFindings {
    fn add(&mut self, record: &IncidentRecord<'_>, analysis: &Analysis) {
        let id = || record.event.id.to_string();
        self.open += usize::from(record.is_open());
        if record.is_over_without_an_end {
            self.over_without_an_end.push(id());
        }
        let resolved = record.event.resolved_at.is_some_and(|at| analysis.known.contains(at));
        if let Some(length) = record.time_to_restore.filter(|_| resolved).map(Seconds::as_f64) {
            self.lengths.push(length);
            if length <= 0.0 {
                self.zero_length.push(id());
            }
        }
        if record.refers_to_nothing && analysis.known.contains(record.event.opened_at) {
            self.refer_to_nothing.push(id());
            self.by_clock += usize::from(record.link.as_ref().is_some_and(|link| link.rule == Rule::Window));
        }
    }

    fn findings(mut self, analysis: &Analysis) -> Vec<Finding> {
        self.lengths.sort_by(f64::total_cmp);
        let longer = self.lengths.partition_point(|length| *length <= 0.0);
        let (with, without) =
            (quantile(&self.lengths, 0.5), quantile(self.lengths.get(longer..).unwrap_or_default(), 0.5));
        let others = analysis.groups.first().map_or(0, |all| all.figures[Metric::TimeToRestore].n);
        let Self { open, over_without_an_end, zero_length, refer_to_nothing, by_clock, .. } = self;
        [
            (Severity::Info, open, Observation::OpenIncidents { n: open }),
            (
                Severity::Warning,
                over_without_an_end.len(),
                Observation::OverWithoutAnEnd { ids: over_without_an_end, others },
            ),
            (Severity::Warning, zero_length.len(), Observation::ZeroLength { ids: zero_length, with, without }),
            (
                Severity::Warning,
                refer_to_nothing.len(),
                Observation::ReferenceNamesNothing { ids: refer_to_nothing, by_clock },
            ),
        ]
        .into_iter()
        .filter(|(_, n, _)| *n > 0)
        .map(|(severity, _, what)| of_all(severity, what))
        .collect()
    }
}

fn absurd_commits(tally: &Tally) -> Option<Finding> {
    let shas = &tally.absurd_commits;
    (!shas.is_empty()).then(|| of_all(Severity::Warning, Observation::AbsurdCommits { shas: shas.clone() }))
}
