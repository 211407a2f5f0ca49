//! The history of the figures of the group `all`: by period (sheet History) and by day (sheet Daily), with a chart for
//! each metric that has its own section.
//!
//! A missing value is an empty cell: a chart would draw a text as 0.

use std::io;

use rust_xlsxwriter::{ChartType, Worksheet};

use super::chart::{self, Source};
use super::grid::Grid;
use super::kind::Kind;
use crate::metrics::tables::{Analysis, GroupReport, Metric, Unit};
use crate::report::cells::Cells as _;
use crate::report::words::period_name;

/// Columns before those of the metrics, in both sheets.
const BEFORE: u16 = 3;
/// The first row below note and head.
const FIRST: u32 = 2;

/// A metric's value as a person reads it, with its kind.
fn kind(metric: Metric) -> Kind {
    match metric.descriptor().unit {
        Unit::Seconds => Kind::Duration,
        unit => Kind::of(unit),
    }
}

/// The metrics whose values are durations.
fn durations() -> impl Iterator<Item = Metric> {
    Metric::ALL.into_iter().filter(|metric| metric.descriptor().unit == Unit::Seconds)
}

/// The metrics that have a chart, each with its column.
fn charted(columns_each: u16) -> impl Iterator<Item = (Metric, u16)> {
    let columns = (0..).map(move |at| BEFORE + at * columns_each);
    Metric::ALL.into_iter().zip(columns).filter(|(metric, _)| metric.descriptor().section.is_some())
}

/// The reported period and those before it.
pub(super) fn history(sheet: &mut Worksheet, analysis: &Analysis, all: Option<&GroupReport>) -> io::Result<()> {
    let mut head: Vec<String> = ["Period", "First day", "Last day"].map(ToOwned::to_owned).into();
    head.extend(Metric::ALL.iter().flat_map(|it| [it.title().to_owned(), format!("{}: n", it.title())]));
    head.extend(durations().map(|it| format!("{}: seconds", it.title())));
    let note = "The period and those before it, everything pooled. An empty cell is a missing value.";
    let mut grid = Grid::new(sheet, analysis.settings.zone, &head, super::MOST_ROWS).noted(note, "report.json");
    let earlier = all.into_iter().flat_map(|it| &it.earlier).map(|it| (&it.period, &it.figures));
    let periods: Vec<_> = earlier.chain(all.map(|it| (&analysis.period, &it.figures))).collect();
    for (period, figures) in &periods {
        grid.word(&period_name(period))?;
        grid.day(period.from)?;
        grid.day(period.to.pred_opt().unwrap_or(period.to))?;
        for (metric, figure) in figures.iter() {
            grid.shown(metric.descriptor().unit, figure.value)?;
            grid.count(figure.known().map(|it| it.n))?;
        }
        for metric in durations() {
            grid.measure(Unit::Seconds, figures[metric].value)?;
        }
        grid.end()?;
    }
    let below = grid.finish("History")?;
    let has_value = |metric: &Metric| periods.iter().any(|(_, figures)| figures[*metric].value.is_some());
    let shown = charted(2).filter(|(metric, _)| has_value(metric));
    for (place, (metric, column)) in (0..).zip(shown) {
        let source =
            Source { sheet: "History", first: FIRST, last: below.saturating_sub(1), column, kind: kind(metric) };
        let at = (below + 1 + u32::from(place / 2) * chart::ROWS, (place % 2) * chart::BESIDE);
        chart::insert(sheet, at, ChartType::Column, metric, source)?;
    }
    Ok(())
}

/// The days of the period, each with the figures of the window that ends with it.
pub(super) fn daily(
    sheet: &mut Worksheet,
    analysis: &Analysis,
    all: Option<&GroupReport>,
    most_rows: u32,
) -> io::Result<()> {
    let mut head: Vec<String> = ["Day", "Window complete", "Deployments on the day"].map(ToOwned::to_owned).into();
    head.extend(Metric::ALL.iter().map(|it| it.title().to_owned()));
    head.extend(durations().map(|it| format!("{}: seconds", it.title())));
    let note = format!(
        "Everything pooled: figures of the {} days that end with each day. An empty cell is a missing value.",
        analysis.settings.window_days
    );
    let mut grid = Grid::new(sheet, analysis.settings.zone, &head, most_rows).noted(&note, "daily.csv");
    let days = all.map(|it| &*it.daily).unwrap_or_default();
    for day in days {
        grid.day(day.date)?;
        grid.flag(Some(day.window_complete))?;
        grid.count(day.deployments_on_day)?;
        for metric in Metric::ALL {
            grid.shown(metric.descriptor().unit, day.value(metric))?;
        }
        for metric in durations() {
            grid.measure(Unit::Seconds, day.value(metric))?;
        }
        grid.end()?;
    }
    let below = grid.finish("Daily")?;
    let beside = u16::try_from(head.len()).unwrap_or(0) + 1;
    let has_value = |metric: &Metric| days.iter().any(|day| day.value(*metric).is_some());
    let shown = charted(1).filter(|(metric, _)| has_value(metric));
    for (place, (metric, column)) in (0..).zip(shown) {
        let source = Source { sheet: "Daily", first: FIRST, last: below.saturating_sub(1), column, kind: kind(metric) };
        chart::insert(sheet, (FIRST + place * chart::ROWS, beside), ChartType::Line, metric, source)?;
    }
    Ok(())
}
