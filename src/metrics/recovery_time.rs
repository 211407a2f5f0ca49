//! Failed deployment recovery time.
//!
//! As the time to restore, over the incidents alone that failed one of the group's deployments, as known at the period's
//! end. It belongs to the service of the failed deployment. Source: DORA, "failed deployment recovery time" (since 2023).

use super::descriptor::{Descriptor, Needs, Test};
use super::group_span::GroupSpan;
use super::incident_times::times;
use super::tables::{Better, Details, Figure, Metric, RestoreDetails, Statistic, Unit};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    id: "recovery_time",
    aliases: &["frt", "fdrt", "recovery-time"],
    title: "Failed deployment recovery time",
    short: "Recovery time",
    in_text: "recovery time",
    definition: "The median, over incidents that a deployment caused and that were resolved in the period, of the time from \
                 opening to resolution.",
    meaning: "Time to restore, but only of incidents attributed to a deployment. It belongs to the service of that deployment.",
    unit: Unit::Seconds,
    better: Better::Lower,
    statistics: &[Statistic::P50, Statistic::P75, Statistic::P90, Statistic::Mean, Statistic::KaplanMeierP50],
    interval: "binomial interval of the order statistics around the median; none below n = 6",
    thresholds: |bands| Some(&bands.recovery_time),
    answers: |survey| Some(survey.recovery_time),
    quick_check: Some("failurerecovery"),
    needs: Needs::Both,
    test: Test::Medians,
    counts: ("resolved incident", "resolved incidents"),
    part: None,
    section: None,
    beside: Some(Metric::TimeToRestore),
    // The samples of incidents do not say which of them a deployment caused.
    prometheus: None,
    blank: || Details::Restore(RestoreDetails::default()),
    measure,
};

fn measure(group: &GroupSpan<'_>) -> Figure {
    times(group, group.pool.attributed_at(group.facts, group.span.to)).figure()
}
