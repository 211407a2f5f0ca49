//! `summary.csv`: the period's figures, one row per group, metric and statistic; always the same rows per group.
//!
//! A figure that cannot be known keeps its row with an empty `value`: `n` is empty where nobody knows it and 0 where
//! there was nothing. `n` is deployments (rate, ratio), deployments with a lead time, or incidents resolved; for
//! `km_p50` also those still open, on which the curve rests. `k` is failed deployments. Interval, band and verdict
//! stand on the headline statistic alone (`rate`, `p50`, `ratio`).

use super::sheet::{Sheet, band, count, real, text};
use crate::domain::band::Band;
use crate::domain::unit::Interval;
use crate::metrics::tables::{
    Analysis, ChangeFailure, Durations, Figure, Frequency, GroupReport, LeadTime, PeriodFigures, Restore, Verdict,
};

const HEADER: [&str; 13] = [
    "group_kind",
    "group",
    "metric",
    "statistic",
    "value",
    "unit",
    "n",
    "k",
    "ci_low",
    "ci_high",
    "band",
    "previous_value",
    "verdict",
];

/// One statistic of one metric of one period.
#[derive(Debug, Clone, Copy, Default)]
struct Statistic {
    metric: &'static str,
    name: &'static str,
    unit: &'static str,
    headline: bool,
    value: Option<f64>,
    n: Option<u64>,
    k: Option<u64>,
    ci95: Option<Interval>,
    band: Option<Band>,
}

/// The period's figures in the order of the groups.
pub fn summary(analysis: &Analysis) -> String {
    let mut sheet = Sheet::new(HEADER);
    for report in &analysis.groups {
        let before = report.previous.as_ref().map(statistics).unwrap_or_default();
        for (index, it) in statistics(&report.figures).into_iter().enumerate() {
            sheet.push(&[
                report.group.kind.as_str().to_owned(),
                text(&report.group.name),
                it.metric.to_owned(),
                it.name.to_owned(),
                real(it.value),
                it.unit.to_owned(),
                count(it.n),
                count(it.k),
                real(it.ci95.map(|interval| interval.low)),
                real(it.ci95.map(|interval| interval.high)),
                band(it.band),
                // Every period has the same statistics in the same order.
                real(before.get(index).and_then(|earlier| earlier.value)),
                verdict(report, it).map(Verdict::as_str).unwrap_or_default().to_owned(),
            ]);
        }
    }
    sheet.finish()
}

fn verdict(report: &GroupReport, statistic: Statistic) -> Option<Verdict> {
    let verdicts = report.verdicts;
    match statistic.metric {
        _ if !statistic.headline => None,
        "deployment_frequency" => verdicts.frequency,
        "lead_time" => verdicts.lead_time,
        "change_failure_rate" => verdicts.change_failure,
        "time_to_restore" => verdicts.restore,
        _ => verdicts.recovery,
    }
}

fn statistics(figures: &PeriodFigures) -> Vec<Statistic> {
    let mut all = vec![frequency(&figures.frequency)];
    all.extend(lead_time(&figures.lead_time));
    all.push(change_failure(&figures.change_failure));
    all.extend(restore("time_to_restore", &figures.restore));
    all.extend(restore("recovery_time", &figures.recovery));
    all
}

fn frequency(figure: &Figure<Frequency>) -> Statistic {
    let known = figure.as_ref().ok();
    Statistic {
        metric: "deployment_frequency",
        name: "rate",
        unit: "per_day",
        headline: true,
        value: known.map(|it| it.per_day),
        n: known.map(|it| it.deployments),
        k: None,
        ci95: known.map(|it| it.ci95),
        band: known.and_then(|it| it.band.band),
    }
}

fn change_failure(figure: &Figure<ChangeFailure>) -> Statistic {
    let known = figure.as_ref().ok();
    Statistic {
        metric: "change_failure_rate",
        name: "ratio",
        unit: "ratio",
        headline: true,
        value: known.and_then(|it| it.ratio),
        n: known.map(|it| it.deployments),
        k: known.map(|it| it.failed),
        ci95: known.and_then(|it| it.ci95),
        band: known.and_then(|it| it.band.band),
    }
}

fn lead_time(figure: &Figure<LeadTime>) -> [Statistic; 4] {
    let known = figure.as_ref().ok();
    let n = known.map(|it| count_of(it.durations));
    durations("lead_time", n, known.and_then(|it| it.durations), known.and_then(|it| it.band.band))
}

fn restore(metric: &'static str, figure: &Figure<Restore>) -> [Statistic; 5] {
    let band = figure.as_ref().ok().and_then(|it| it.band.band);
    let known = figure.as_ref().ok();
    let n = known.map(|it| count_of(it.durations));
    let [p50, p75, p90, mean] = durations(metric, n, known.and_then(|it| it.durations), band);
    let kaplan_meier = Statistic {
        metric,
        name: "km_p50",
        unit: "seconds",
        value: known.and_then(|it| it.km_p50),
        n: known.map(|it| count_of(it.durations) + it.open),
        ..Statistic::default()
    };
    [p50, p75, p90, mean, kaplan_meier]
}

fn count_of(durations: Option<Durations>) -> u64 {
    durations.map_or(0, |it| it.n)
}

fn durations(metric: &'static str, n: Option<u64>, some: Option<Durations>, band: Option<Band>) -> [Statistic; 4] {
    let plain = |name, value: fn(Durations) -> f64| Statistic {
        metric,
        name,
        unit: "seconds",
        value: some.map(value),
        n,
        ..Statistic::default()
    };
    [
        Statistic { headline: true, ci95: some.and_then(|it| it.ci95), band, ..plain("p50", |it| it.p50) },
        plain("p75", |it| it.p75),
        plain("p90", |it| it.p90),
        plain("mean", |it| it.mean),
    ]
}
