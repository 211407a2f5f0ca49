//! What the charts share: the plot's place, axes, band zones, lines with gaps, labels at their ends.

use plotters::style::RGBColor;

use super::canvas::{Canvas, HPos, VPos};
use super::palette::{INK, LINE, MUTED, RULE};
use super::scale::{Days, Scale, Tick};
use super::{ChartError, segments};
use crate::domain::band::{Band, Thresholds};
use crate::domain::period::Period;
use crate::metrics::tables::DailyRow;

/// Size of the text of axes, pixels.
pub(super) const SMALL: f64 = 12.0;
/// Width of a chart of which two stand side by side.
pub(super) const WIDTH: u32 = 480;
/// Height of such a chart.
pub(super) const HEIGHT: u32 = 250;
/// Width of a chart that fills the page.
pub(super) const WIDE: u32 = 980;

/// Width of the column that names zones or holds a second axis.
pub(super) const COLUMN: f64 = 44.0;

/// The rectangle that holds the data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Plot {
    /// Of a chart over days: a column for names of zones to its right, then one for labels of lines.
    pub(super) const USUAL: Self = Self { left: 54.0, top: 26.0, right: 324.0, bottom: 212.0 };
}

/// Where the rows of a table of [`super::weekly`] lie in a plot over days, for the page's script: left and right as
/// shares of the width, the days of the period, and the day of the first row.
pub(super) fn axis(plot: Plot, period: &Period, rows: &[DailyRow]) -> String {
    let (days, width) = ((period.to - period.from).num_days(), f64::from(WIDTH));
    let first = rows.len().saturating_sub(1) % 7;
    format!("{:.4} {:.4} {days} {first}", plot.left / width, plot.right / width)
}

/// Horizontal lines with their labels on the left, and what the axis measures above them.
pub(super) fn y_axis(
    canvas: &Canvas<'_>,
    plot: Plot,
    scale: Scale,
    ticks: &[Tick],
    title: &str,
) -> Result<(), ChartError> {
    for tick in ticks {
        let y = scale.at(tick.value);
        canvas.line(&[(plot.left, y), (plot.right, y)], RULE, 1)?;
        canvas.text(&tick.label, (plot.left - 8.0, y), (HPos::Right, VPos::Center), SMALL, MUTED)?;
    }
    canvas.text(title, (0.0, 2.0), (HPos::Left, VPos::Top), SMALL, MUTED)
}

/// The base line with marks at the beginnings of months or weeks.
pub(super) fn x_days(canvas: &Canvas<'_>, plot: Plot, days: Days) -> Result<(), ChartError> {
    canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], MUTED, 1)?;
    for (day, label) in days.ticks() {
        let x = days.at(day, 0.0);
        canvas.line(&[(x, plot.bottom), (x, plot.bottom + 5.0)], MUTED, 1)?;
        if x < plot.right - 12.0 {
            for (line, text) in label.split('\n').enumerate() {
                let y = plot.bottom + 8.0 + 15.0 * line as f64;
                canvas.text(text, (x + 1.0, y), (HPos::Left, VPos::Top), SMALL, MUTED)?;
            }
        }
    }
    Ok(())
}

/// The zones of the bands of a metric where less is better: every second one is shaded, each has its name beside
/// the plot, where no line crosses it.
pub(super) fn zones(canvas: &Canvas<'_>, plot: Plot, scale: Scale, bands: &Thresholds) -> Result<(), ChartError> {
    let Some((last, _)) = bands.0.last() else { return Ok(()) };
    let (mut from, max) = scale.ends();
    let worse = if *last < Band::Low { Some((Band::Low, max)) } else { None };
    let upper = bands.0.iter().map(|(band, limit)| (*band, limit.value())).chain(worse);
    for (at, (band, to)) in upper.enumerate() {
        let to = to.min(max);
        if to <= from {
            continue;
        }
        let (low, high) = (scale.at(from), scale.at(to));
        if at % 2 == 0 {
            canvas.rect((plot.left, high), (plot.right + COLUMN, low), MUTED, 0.08, true)?;
        }
        if low - high >= 14.0 {
            let at = (plot.right + COLUMN - 5.0, f64::midpoint(low, high));
            canvas.text(band.as_str(), at, (HPos::Right, VPos::Center), 11.0, MUTED)?;
        }
        from = to;
    }
    Ok(())
}

/// A daily series as a line with gaps, and a ring where its last day is not over; returns where it ends.
pub(super) fn daily_line(
    canvas: &Canvas<'_>,
    rows: &[DailyRow],
    days: Days,
    scale: Scale,
    colour: RGBColor,
    value: impl Fn(&DailyRow) -> Option<f64>,
) -> Result<Option<(f64, f64)>, ChartError> {
    let points = rows.iter().map(|row| (days.at(row.date, 0.5), value(row).map(|value| scale.at(value))));
    let lines = segments(points);
    for line in &lines {
        canvas.line(line, colour, 4)?;
    }
    let end = lines.last().and_then(|line| line.last()).copied();
    if let (Some(end), Some(row)) = (end, rows.last())
        && row.partial
        && value(row).is_some()
    {
        canvas.circle(end, 8, colour, false)?;
    }
    Ok(end)
}

/// A label of two lines at the end of a series: its name, then its last value.
pub(super) struct EndLabel {
    pub(super) y: f64,
    pub(super) colour: RGBColor,
    pub(super) name: String,
    pub(super) value: String,
    /// What it stands for is a ring, not a line.
    pub(super) ring: bool,
}

/// Writes labels to the right of the plot and its column, pushed apart where they would touch.
pub(super) fn end_labels(canvas: &Canvas<'_>, plot: Plot, mut labels: Vec<EndLabel>) -> Result<(), ChartError> {
    const ROOM: f64 = 36.0;
    labels.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut lowest = plot.top - ROOM;
    for label in &mut labels {
        label.y = label.y.max(lowest + ROOM);
        lowest = label.y;
    }
    let mut highest = plot.bottom - 8.0 + ROOM;
    for label in labels.iter_mut().rev() {
        label.y = label.y.min(highest - ROOM);
        highest = label.y;
    }
    for label in &labels {
        let x = plot.right + COLUMN + 8.0;
        if label.ring {
            canvas.circle((x + 6.0, label.y - 7.0), 8, label.colour, false)?;
        } else {
            canvas.line(&[(x, label.y - 7.0), (x + 12.0, label.y - 7.0)], label.colour, 4)?;
        }
        canvas.text(&label.name, (x + 16.0, label.y - 7.0), (HPos::Left, VPos::Center), SMALL, MUTED)?;
        canvas.text(&label.value, (x, label.y + 9.0), (HPos::Left, VPos::Center), 13.0, INK)?;
    }
    Ok(())
}

/// The label of the headline series.
pub(super) fn headline(end: Option<(f64, f64)>, name: &str, value: Option<String>) -> Option<EndLabel> {
    Some(EndLabel { y: end?.1, colour: LINE, name: name.to_owned(), value: value?, ring: false })
}
