//! The two tables of the summary: the whole by metric, and teams and services by name.

use std::fmt::Write as _;

use super::escape;
use crate::domain::band::Band;
use crate::domain::group::GroupKind;
use crate::metrics::tables::{BandReading, Figure, GroupReport, Metric, Unit, Verdict};
use crate::report::number;

/// What stands where there is no value.
const NONE: &str = "–";

/// What stands where a figure cannot be known; the reason follows under its own heading.
const NO_DATA: &str = "no data";

/// One metric as a row of cells: value, n, interval, band.
struct Cells {
    value: String,
    n: String,
    ci95: String,
    band: String,
}

/// The point's band, with those of the interval's ends where they differ.
fn words(band: BandReading) -> String {
    match (band.band.map(Band::as_str), band.range) {
        (None, _) => NONE.into(),
        (Some(point), None) => point.into(),
        (Some(point), Some((worse, better))) => format!("{point} ({}–{})", worse.as_str(), better.as_str()),
    }
}

fn cells(metric: Metric, figure: &Figure) -> Cells {
    let unit = metric.descriptor().unit;
    let known = figure.known();
    let interval = figure.ci95.zip(figure.value).map(|(ends, value)| number::interval(unit, value, ends));
    Cells {
        value: known.and_then(|known| value(unit, known)).unwrap_or_else(|| NO_DATA.into()),
        n: known.map_or_else(|| NONE.into(), |known| number::count(known.n)),
        ci95: interval.unwrap_or_else(|| NONE.into()),
        band: words(figure.band),
    }
}

fn value(unit: Unit, known: &Figure) -> Option<String> {
    if unit == Unit::Seconds {
        let value = known.value.map_or_else(|| "none".into(), number::duration);
        let open = known.restore().map_or(0, |it| it.open);
        return Some(if open == 0 { value } else { format!("{value} ({open} still open)") });
    }
    match known.k {
        Some(part) => Some(number::share(known.value?, part, known.n)),
        None => known.value.map(number::rate),
    }
}

/// The metrics of one group, one a row.
pub(super) fn metrics(report: &GroupReport, edition: &str) -> String {
    let mut out = format!(
        "| Metric | Value | n | 95 % interval | Band ({}) | Previous | Verdict |\n| --- | --- | ---: | --- | --- | --- | --- |\n",
        escape::text(edition)
    );
    for (metric, figure) in report.figures.iter() {
        let Cells { value, n, ci95, band } = cells(metric, figure);
        let previous = figure.previous.as_deref().map_or_else(|| NONE.into(), |before| cells(metric, before).value);
        let verdict = figure.verdict.map_or(NONE, Verdict::as_str);
        let name = metric.title();
        let _ = writeln!(out, "| {name} | {value} | {n} | {ci95} | {band} | {previous} | {verdict} |");
    }
    out
}

/// The head of the table of groups.
pub(super) const GROUPS_HEAD: &str = "| Team or service | Deployments | Frequency | Lead time p50 | Change failure rate | Time to restore p50 | Rework rate |\n\
     | --- | ---: | --- | --- | --- | --- | --- |\n";

/// One group as a row; each value with its n.
pub(super) fn group(report: &GroupReport) -> String {
    let cells = |metric| cells(metric, &report.figures[metric]);
    let [frequency, lead_time] = [Metric::DeploymentFrequency, Metric::LeadTime].map(cells);
    let [failure, restore, rework] = [Metric::ChangeFailureRate, Metric::TimeToRestore, Metric::ReworkRate].map(cells);
    let with_n = |it: &Cells| if it.n == NONE { it.value.clone() } else { format!("{}, n = {}", it.value, it.n) };
    let kind = match report.group.kind {
        GroupKind::Team => "team ",
        GroupKind::All | GroupKind::Service => "",
    };
    format!(
        "| {kind}{} | {} | {} | {} | {} | {} | {} |\n",
        escape::text(&report.group.name),
        frequency.n,
        frequency.value,
        with_n(&lead_time),
        failure.value,
        with_n(&restore),
        rework.value
    )
}
