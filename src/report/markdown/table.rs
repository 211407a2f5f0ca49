//! The two tables of the summary: the whole by metric, and teams and services by name.

use std::fmt::Write as _;

use super::escape;
use crate::domain::band::Band;
use crate::domain::group::GroupKind;
use crate::metrics::tables::{BandReading, Durations, GroupReport, PeriodFigures, Verdict};
use crate::report::number::{self, RateUnit};

/// What stands where there is no value.
const NONE: &str = "–";

/// What stands where a figure cannot be known; the reason follows under its own heading.
const NO_DATA: &str = "no data";

/// The metrics by the names that people read, in the order of every table.
pub(super) const METRICS: [&str; 5] = [
    "Deployment frequency",
    "Lead time for changes",
    "Change failure rate",
    "Time to restore service",
    "Failed deployment recovery time",
];

/// One metric as a row of cells: value, n, interval, band.
struct Cells {
    value: String,
    n: String,
    ci95: String,
    band: String,
}

impl Cells {
    fn new(value: Option<String>, n: Option<u64>, ci95: Option<String>, band: BandReading) -> Self {
        Self {
            value: value.unwrap_or_else(|| NO_DATA.into()),
            n: n.map_or_else(|| NONE.into(), number::count),
            ci95: ci95.unwrap_or_else(|| NONE.into()),
            band: words(band),
        }
    }
}

/// The point's band, with those of the interval's ends where they differ.
fn words(band: BandReading) -> String {
    match (band.band.map(Band::as_str), band.range) {
        (None, _) => NONE.into(),
        (Some(point), None) => point.into(),
        (Some(point), Some((worse, better))) => format!("{point} ({}–{})", worse.as_str(), better.as_str()),
    }
}

fn cells(figures: &PeriodFigures) -> [Cells; 5] {
    let frequency = figures.frequency.as_ref().ok();
    let lead_time = figures.lead_time.as_ref().ok();
    let failure = figures.change_failure.as_ref().ok();
    let restore = figures.restore.as_ref().ok();
    let recovery = figures.recovery.as_ref().ok();
    [
        Cells::new(
            frequency.map(|it| number::rate(it.per_day)),
            frequency.map(|it| it.deployments),
            frequency.map(|it| number::rate_interval(it.ci95, RateUnit::of(it.per_day))),
            frequency.map(|it| it.band).unwrap_or_default(),
        ),
        timed(
            lead_time.map(|_| 0),
            lead_time.and_then(|it| it.durations),
            lead_time.map(|it| it.band).unwrap_or_default(),
        ),
        Cells::new(
            failure.and_then(|it| Some(number::share(it.ratio?, it.failed, it.deployments))),
            failure.map(|it| it.deployments),
            failure.and_then(|it| it.ci95).map(number::percent_interval),
            failure.map(|it| it.band).unwrap_or_default(),
        ),
        timed(
            restore.map(|it| it.open),
            restore.and_then(|it| it.durations),
            restore.map(|it| it.band).unwrap_or_default(),
        ),
        timed(
            recovery.map(|it| it.open),
            recovery.and_then(|it| it.durations),
            recovery.map(|it| it.band).unwrap_or_default(),
        ),
    ]
}

/// A metric of durations; `open` is `None` where nothing is known.
fn timed(open: Option<u64>, some: Option<Durations>, band: BandReading) -> Cells {
    let value = open.map(|open| {
        let value = some.map_or_else(|| "none".into(), |it| number::duration(it.p50));
        if open == 0 { value } else { format!("{value} ({open} still open)") }
    });
    let n = open.map(|_| some.map_or(0, |it| it.n));
    Cells::new(value, n, some.and_then(|it| it.ci95).map(number::duration_interval), band)
}

/// The metrics of one group, one a row.
pub(super) fn metrics(report: &GroupReport, edition: &str) -> String {
    let verdicts = report.verdicts;
    let verdicts =
        [verdicts.frequency, verdicts.lead_time, verdicts.change_failure, verdicts.restore, verdicts.recovery];
    let mut before = report.previous.as_ref().map(cells).into_iter().flatten();
    let mut out = format!(
        "| Metric | Value | n | 95 % interval | Band ({}) | Previous | Verdict |\n| --- | --- | ---: | --- | --- | --- | --- |\n",
        escape::text(edition)
    );
    for ((name, now), verdict) in METRICS.iter().zip(cells(&report.figures)).zip(verdicts) {
        let previous = before.next().map_or_else(|| NONE.into(), |it| it.value);
        let verdict = verdict.map_or(NONE, Verdict::as_str);
        let Cells { value, n, ci95, band } = now;
        let _ = writeln!(out, "| {name} | {value} | {n} | {ci95} | {band} | {previous} | {verdict} |");
    }
    out
}

/// The head of the table of groups.
pub(super) const GROUPS_HEAD: &str = "| Team or service | Deployments | Frequency | Lead time p50 | Change failure rate | Time to restore p50 |\n\
     | --- | ---: | --- | --- | --- | --- |\n";

/// One group as a row; each value with its n.
pub(super) fn group(report: &GroupReport) -> String {
    let figures = &report.figures;
    let [frequency, lead_time, failure, restore, _] = cells(figures);
    let with_n = |it: &Cells| if it.n == NONE { it.value.clone() } else { format!("{}, n = {}", it.value, it.n) };
    let kind = match report.group.kind {
        GroupKind::Team => "team ",
        GroupKind::All | GroupKind::Service => "",
    };
    format!(
        "| {kind}{} | {} | {} | {} | {} | {} |\n",
        escape::text(&report.group.name),
        frequency.n,
        frequency.value,
        with_n(&lead_time),
        failure.value,
        with_n(&restore)
    )
}
