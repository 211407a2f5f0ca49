//! `summary.csv`: the period's figures, one row per group, metric and statistic; always the same rows per group.
//!
//! A figure that cannot be known keeps its row with an empty `value`: `n` is empty if it is unknown and 0 if there was
//! nothing. `n` is deployments (rate, ratio), deployments with a lead time, or incidents resolved; for `km_p50` also
//! those still open, on which the curve rests. `k` is failed deployments, or those that are rework. Interval, band and
//! verdict stand on the headline statistic alone (`rate`, `p50`, `ratio`).

use std::io::{self, Write};

use super::sheet::Sheet;
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric, Statistic, Verdict};
use crate::report::cells::Cells;

/// The columns.
pub(in crate::report) const SUMMARY: [&str; 13] = [
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
///
/// # Errors
/// The stream does not take them.
pub fn summary(analysis: &Analysis, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(out, &SUMMARY)?;
    summary_rows(analysis, &mut sheet)?;
    sheet.finish()
}

/// The rows of [`summary`].
pub(in crate::report) fn summary_rows(analysis: &Analysis, cells: &mut impl Cells) -> io::Result<()> {
    for report in &analysis.groups {
        for (metric, figure) in report.figures.iter() {
            for &statistic in metric.descriptor().statistics {
                row(cells, report, (metric, figure), statistic)?;
            }
        }
    }
    Ok(())
}

fn row(
    cells: &mut impl Cells,
    report: &GroupReport,
    (metric, figure): (Metric, &Figure),
    statistic: Statistic,
) -> io::Result<()> {
    let unit = metric.descriptor().unit;
    let headline = Some(figure).filter(|_| statistic.is_headline());
    let open = figure.restore().filter(|_| statistic == Statistic::KaplanMeierP50).map_or(0, |it| it.open);
    let interval = headline.and_then(|it| it.ci95);
    let before = figure.previous.as_deref().and_then(|it| it.statistic(statistic));
    cells.word(report.group.kind.as_str())?;
    cells.text(&report.group.name)?;
    cells.word(metric.as_str())?;
    cells.word(statistic.as_str())?;
    cells.measure(unit, figure.statistic(statistic))?;
    cells.word(unit.as_str())?;
    cells.count(figure.known().map(|it| it.n + open))?;
    cells.count(figure.k)?;
    cells.measure(unit, interval.map(|ends| ends.low))?;
    cells.measure(unit, interval.map(|ends| ends.high))?;
    cells.band(headline.and_then(|it| it.band.band))?;
    cells.measure(unit, before)?;
    cells.word(headline.and_then(|it| it.verdict).map(Verdict::as_str).unwrap_or_default())?;
    cells.end()
}
