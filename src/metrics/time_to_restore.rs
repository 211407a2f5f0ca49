//! Time to restore service.
//!
//! The median of resolved − opened over the counted incidents resolved in the period; acknowledged is not restored.
//! Beside it the Kaplan-Meier median over those and all open at its end. It is never estimated from deployments. Source:
//! DORA, "time to restore service" (until 2022).

use super::descriptor::{Descriptor, Gauge, Needs, Prometheus, Test};
use super::group_span::GroupSpan;
use super::incident_times::{Times, times};
use super::statistics::kaplan_meier;
use super::tables::{Better, Details, Figure, RestoreDetails, Statistic, SurvivalStep, Unit};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    id: "time_to_restore",
    aliases: &["ttr", "mttr", "time-to-restore"],
    title: "Time to restore service",
    short: "Time to restore",
    in_text: "time to restore",
    definition: "The median, over incidents resolved in the period, of the time from opening to resolution.",
    meaning: "From the opening to the resolution of counted incidents resolved in the period; acknowledged is not \
              restored. The figure is their median. Incidents still open are shown beside it, and enter the \
              Kaplan-Meier median. It is never estimated from deployments.",
    unit: Unit::Seconds,
    better: Better::Lower,
    statistics: &[Statistic::P50, Statistic::P75, Statistic::P90, Statistic::Mean, Statistic::KaplanMeierP50],
    interval: "binomial interval of the order statistics around the median; none below n = 6",
    thresholds: |bands| Some(&bands.time_to_restore),
    answers: |_| None,
    quick_check: None,
    needs: Needs::Incidents,
    test: Test::Medians,
    counts: ("resolved incident", "resolved incidents"),
    part: None,
    section: Some("restore"),
    beside: None,
    prometheus: Some(Prometheus {
        record: "dora:mttr_seconds:p50",
        description: "From opened to resolved: the median over the incidents resolved in the last 30 days. Open incidents \
                      are not in it.",
        gauges: &[Gauge {
            name: "dora_time_to_restore_seconds_p50",
            help: "Median time to restore in the window.",
            value: |row| row.time_to_restore_p50,
        }],
    }),
    blank: || Details::Restore(RestoreDetails::default()),
    measure,
};

fn measure(group: &GroupSpan<'_>) -> Figure {
    times(group, group.pool.incidents()).figure()
}

/// The Kaplan-Meier curve of a span, from (0, 1) downward; empty without incidents.
pub(super) fn survival(group: &GroupSpan<'_>) -> Vec<SurvivalStep> {
    let Times { resolved, open, .. } = times(group, group.pool.incidents());
    if resolved.is_empty() && open.is_empty() {
        return Vec::new();
    }
    let steps = kaplan_meier(&resolved, &open);
    [(0.0, 1.0)].into_iter().chain(steps).map(|(seconds, unresolved)| SurvivalStep { seconds, unresolved }).collect()
}
