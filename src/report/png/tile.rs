//! The picture of a metric's tile: the figure in large letters, its basis, the change from the previous figure, and a
//! column for each of the last periods.

use super::frame::{Frame, INSIDE, MARGIN};
use super::sheet::{Anchor, Area, Sheet, Style, cut, wrapped};
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric, Unit};
use crate::report::chart::palette::{BAR, INK, LINE, MUTED};
use crate::report::number;
use crate::report::reading::{self, Reading};
use crate::report::words::{capital, period_name, progress};

const VALUE: Style = Style { size: 140.0, is_bold: true, colour: INK, anchor: Anchor::Start };
const BASIS: Style = Style { size: 36.0, is_bold: false, colour: INK, anchor: Anchor::Start };
const PROGRESS: Style = Style { is_bold: true, ..BASIS };
const SMALL: Style = Style { size: 30.0, is_bold: false, colour: MUTED, anchor: Anchor::Start };
const LABEL: Style = Style { size: 24.0, is_bold: false, colour: MUTED, anchor: Anchor::Middle };
/// Base line of the columns.
const GROUND: f64 = 730.0;
/// Height of the tallest column.
const TALLEST: f64 = 165.0;
/// Share of its place that a column takes, and its greatest width.
const FILLED: f64 = 0.62;
const WIDEST: f64 = 120.0;

/// The SVG of a tile.
pub(super) fn tile(analysis: &Analysis, all: &GroupReport, metric: Metric, frame: &Frame) -> String {
    let figure = &all.figures[metric];
    let mut sheet = frame.sheet(metric.title());
    match reading::of(metric, figure, &analysis.settings) {
        Ok(now) => {
            sheet.text(&now.value, (MARGIN, 262.0), VALUE);
            let below = sheet.lines(&wrapped(&now.basis, BASIS, INSIDE, 1), (MARGIN, 340.0), BASIS);
            let below = sheet.lines(&wrapped(&certainty(&now), SMALL, INSIDE, 1), (MARGIN, below), SMALL);
            let before = reading::before(metric, figure, &analysis.settings);
            let change = change(analysis, figure, before.as_ref());
            sheet.lines(&wrapped(&change, PROGRESS, INSIDE, 2), (MARGIN, below + 22.0), PROGRESS);
        }
        Err(why) => {
            sheet.text("no data", (MARGIN, 262.0), Style { colour: MUTED, ..VALUE });
            sheet.lines(&wrapped(&why, SMALL, INSIDE, 5), (MARGIN, 340.0), SMALL);
        }
    }
    columns(&mut sheet, analysis, all, metric);
    sheet.finish()
}

/// The interval and the band.
fn certainty(now: &Reading) -> String {
    let interval = now.interval.iter().map(|interval| format!("95 % interval {interval}"));
    let band = now.band.iter().map(|band| format!("band {} {}", band.word, band.shape));
    interval.chain(band).collect::<Vec<_>>().join(" \u{b7} ")
}

/// `Better, after 2.9 d in 2026-Q2`.
fn change(analysis: &Analysis, figure: &Figure, before: Option<&Reading>) -> String {
    let Some(period) = analysis.previous.as_ref().map(period_name) else { return String::new() };
    let Some(before) = before else { return format!("There is no figure for {period} to compare it with.") };
    let verdict = figure.progress.as_ref().map_or_else(|| "too few data".to_owned(), progress);
    let verdict = capital(&verdict);
    format!("{verdict}, after {} in {period}", before.value)
}

/// A column for each period, the reported one in another colour; a missing one is a short line.
fn columns(sheet: &mut Sheet, analysis: &Analysis, all: &GroupReport, metric: Metric) {
    let earlier = all.earlier.iter().map(|past| (&past.period, past.figures[metric].value));
    let now = all.figures[metric].value;
    let periods: Vec<_> = earlier.chain([(&analysis.period, now)]).collect();
    let tallest = periods.iter().filter_map(|(_, value)| *value).fold(0.0, f64::max);
    if all.earlier.is_empty() || periods.iter().all(|(_, value)| value.is_none()) {
        return;
    }
    let unit = metric.descriptor().unit;
    // One unit for all of them: a week's rate beside a day's would look like less.
    let rate = number::RateUnit::of(now.unwrap_or(tallest));
    let said = |value: f64| match unit {
        Unit::PerDay => number::rate_in(value, rate),
        Unit::Seconds | Unit::Ratio => number::value(unit, value),
    };
    let step = INSIDE / periods.len() as f64;
    for (at, (period, value)) in periods.iter().enumerate() {
        let is_reported = at + 1 == periods.len();
        let middle = MARGIN + step * (at as f64 + 0.5);
        let ink = if is_reported { INK } else { MUTED };
        let label = Style { is_bold: is_reported, colour: ink, ..LABEL };
        let (width, height, text) = match value {
            Some(value) => {
                ((step * FILLED).min(WIDEST), (TALLEST * value / tallest.max(f64::MIN_POSITIVE)).max(3.0), said(*value))
            }
            None => (WIDEST / 3.0, 3.0, "no data".to_owned()),
        };
        let column = Area { left: middle - width / 2.0, top: GROUND - height, width, height };
        sheet.rect(column, if is_reported { LINE } else { BAR });
        sheet.text(&cut(&text, label, step), (middle, GROUND - height - 12.0), label);
        let name = period_name(period).replacen(" to ", " \u{2013}\n", 1);
        let lines: Vec<String> = name.lines().map(|line| cut(line, label, step)).collect();
        sheet.lines(&lines, (middle, GROUND + 34.0), label);
    }
}
