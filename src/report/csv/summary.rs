//! `summary.csv`: the period's figures, one row per group, metric and statistic; always the same rows per group.
//!
//! A figure that cannot be known keeps its row with an empty `value`: `n` is empty where nobody knows it and 0 where
//! there was nothing. `n` is deployments (rate, ratio), deployments with a lead time, or incidents resolved; for
//! `km_p50` also those still open, on which the curve rests. `k` is failed deployments, or those that are rework. Interval, band and verdict
//! stand on the headline statistic alone (`rate`, `p50`, `ratio`).

use super::sheet::{Sheet, band, count, real, text};
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric, Statistic, Verdict};

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

/// The period's figures in the order of the groups.
pub fn summary(analysis: &Analysis) -> String {
    let mut sheet = Sheet::new(HEADER);
    for report in &analysis.groups {
        for (metric, figure) in report.figures.iter() {
            for &statistic in metric.descriptor().statistics {
                sheet.push(&row(report, metric, figure, statistic));
            }
        }
    }
    sheet.finish()
}

fn row(report: &GroupReport, metric: Metric, figure: &Figure, statistic: Statistic) -> [String; 13] {
    let headline = Some(figure).filter(|_| statistic.is_headline());
    let open = figure.restore().filter(|_| statistic == Statistic::KaplanMeierP50).map_or(0, |it| it.open);
    let interval = headline.and_then(|it| it.ci95);
    let before = figure.previous.as_deref().and_then(|it| it.statistic(statistic));
    [
        report.group.kind.as_str().to_owned(),
        text(&report.group.name),
        metric.as_str().to_owned(),
        statistic.as_str().to_owned(),
        real(figure.statistic(statistic)),
        metric.descriptor().unit.as_str().to_owned(),
        count(figure.known().map(|it| it.n + open)),
        count(figure.k),
        real(interval.map(|ends| ends.low)),
        real(interval.map(|ends| ends.high)),
        band(headline.and_then(|it| it.band.band)),
        real(before),
        headline.and_then(|it| it.verdict).map(Verdict::as_str).unwrap_or_default().to_owned(),
    ]
}
