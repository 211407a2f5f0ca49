//! The two tables of the summary: the whole by metric, and teams and services by name.

use std::fmt::Write as _;

use super::escape;
use crate::domain::band::Bands;
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Figure, GroupReport, Metric, Unit};
use crate::report::number;
use crate::report::reading::place;
use crate::report::words::progress;

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

fn cells(metric: Metric, figure: &Figure, bands: &Bands) -> Cells {
    let unit = metric.descriptor().unit;
    let known = figure.known();
    let interval = figure.ci95.zip(figure.value).map(|(ends, value)| number::interval(unit, value, ends));
    Cells {
        value: known.and_then(|known| value(unit, known)).unwrap_or_else(|| NO_DATA.into()),
        n: known.map_or_else(|| NONE.into(), |known| number::count(known.n)),
        ci95: interval.unwrap_or_else(|| NONE.into()),
        band: place(figure, bands).unwrap_or_else(|| NONE.into()),
    }
}

fn value(unit: Unit, known: &Figure) -> Option<String> {
    if unit == Unit::Seconds {
        let value = known.value.map_or_else(|| "none".into(), number::duration);
        let open = known.restore().map_or(0, |it| it.open);
        return Some(if open == 0 { value } else { format!("{value} ({open} open)") });
    }
    match known.k {
        Some(part) => Some(number::share(known.value?, part, known.n)),
        None => known.value.map(number::rate),
    }
}

/// The metrics of one group, one a row.
pub(super) fn metrics(report: &GroupReport, bands: &Bands) -> String {
    let place = if bands.survey.is_some() { "Respondents surpassed" } else { "Band" };
    let mut out = format!(
        "| Metric | Value | n | 95 % interval | {place} ({}) | Previous | Verdict |\n| --- | --- | ---: | --- | --- | --- | --- |\n",
        escape::text(&bands.edition)
    );
    for (metric, figure) in report.figures.iter() {
        let Cells { value, n, ci95, band } = cells(metric, figure, bands);
        let previous =
            figure.previous.as_deref().map_or_else(|| NONE.into(), |before| cells(metric, before, bands).value);
        let verdict = figure.progress.as_ref().map_or(NONE.to_owned(), progress);
        let name = metric.title();
        let _ = writeln!(out, "| {name} | {value} | {n} | {ci95} | {band} | {previous} | {verdict} |");
    }
    out
}

/// The head of the table of groups.
pub(super) const GROUPS_HEAD: &str = "| Team or service | Deployments | Frequency | Lead time p50 | Change failure rate | Time to restore p50 | Rework rate |\n\
     | --- | ---: | --- | --- | --- | --- | --- |\n";

/// One group as a row; each value with its n.
pub(super) fn group(report: &GroupReport, bands: &Bands) -> String {
    let cells = |metric| cells(metric, &report.figures[metric], bands);
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
