//! Deployment frequency.
//!
//! Counted deployments that finished in the period ÷ calendar days of the period that have begun by `as_of`. Interval:
//! exact Poisson (Garwood). None in a period that was wholly read is a true 0. Source: DORA, "deployment frequency".

use std::collections::BTreeSet;

use super::Depth;
use super::descriptor::{Descriptor, Gauge, Needs, Prometheus, Test};
use super::group_span::GroupSpan;
use super::statistics::{garwood, median};
use super::tables::{Better, Details, Figure, FrequencyDetails, Statistic, Unit};
use crate::domain::time::Timestamp;
use crate::domain::unit::Interval;

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    id: "deployment_frequency",
    aliases: &["frequency", "df", "deployment-frequency"],
    title: "Deployment frequency",
    short: "Deployment frequency",
    in_text: "deployment frequency",
    definition: "Deployments that succeeded in a production environment, divided by the calendar days of the period.",
    meaning: "Counted deployments over calendar days. Interval: exact Poisson (Garwood).",
    unit: Unit::PerDay,
    better: Better::Higher,
    statistics: &[Statistic::Rate],
    interval: "exact Poisson interval of the count (Garwood), divided by the days",
    thresholds: |bands| Some(&bands.deployment_frequency),
    answers: |survey| Some(survey.deployment_frequency),
    quick_check: Some("deployfreq"),
    needs: Needs::Deployments,
    test: Test::Rates,
    counts: ("deployment", "deployments"),
    part: None,
    section: Some("frequency"),
    beside: None,
    prometheus: Some(Prometheus {
        record: "dora:deployment_frequency:rate30d",
        description: "Successful production deployments of the last 30 days, a day.",
        gauges: &[Gauge {
            name: "dora_deployment_frequency_per_day",
            help: "Production deployments a day of the window.",
            value: |row| row.deployments_per_day,
        }],
    }),
    blank: || Details::Frequency(FrequencyDetails::default()),
    measure,
};

fn measure(group: &GroupSpan<'_>) -> Figure {
    let finished = group.finished();
    let n = finished.len() as u64;
    let exposure = f64::from(group.days.max(1));
    let counts = garwood(n);
    let mut details = FrequencyDetails { days: group.days, ..FrequencyDetails::default() };
    if group.depth == Depth::Whole {
        let mut between: Vec<f64> = finished
            .clone()
            .zip(finished.clone().skip(1))
            .map(|((one, _), (next, _))| days_between(one, next))
            .collect();
        let on: BTreeSet<_> = finished.map(|(at, _)| group.zone.day_of(at)).collect();
        details.days_with_deployments = u32::try_from(on.len()).unwrap_or(u32::MAX);
        details.median_days_between = median(&mut between);
    }
    Figure {
        value: Some(n as f64 / exposure),
        n,
        ci95: Some(Interval { low: counts.low / exposure, high: counts.high / exposure }),
        details: Details::Frequency(details),
        ..Figure::default()
    }
}

fn days_between(one: Timestamp, next: Timestamp) -> f64 {
    (next.0 - one.0) as f64 / 86_400_000.0
}
