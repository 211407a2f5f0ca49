//! One file per chart: the drawing, the numbers in words, and the points as a table.
//!
//! A chart is plain data for the page: SVG drawn by plotters, and texts that the template escapes. Drawings hold
//! numbers, dates, names of bands, services and incidents; plotters escapes them. A gap stays a gap; a chart without any value is
//! `None`, and the page prints the reason instead.

mod canvas;
mod frame;
mod labels;
pub(super) mod palette;
mod scale;

pub mod balance;
pub mod calendar;
pub mod columns;
pub mod failure_rate;
pub mod failures_by_month;
pub mod frequency;
pub mod incidents;
pub mod lead_time;
pub mod lead_time_distribution;
pub mod sparkline;
pub mod stages;
pub mod survival;
pub mod trust;

#[cfg(test)]
mod tests;

use crate::metrics::tables::DailyRow;

/// A chart and everything that says the same in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// Its name in the page's links; unique.
    pub id: &'static str,
    /// What it shows.
    pub title: String,
    /// What it says, in numbers.
    pub desc: String,
    /// How to read it.
    pub caption: String,
    /// The drawing.
    pub drawing: Drawing,
    /// Its points.
    pub points: Points,
}

impl Chart {
    /// Whether it takes the whole width of the page; two others stand side by side.
    pub fn is_wide(&self) -> bool {
        self.drawing.width > canvas::GRID * frame::WIDTH
    }
}

/// The inside of an `<svg>` and the size of its view box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Width of the view box.
    pub width: u32,
    /// Height of the view box.
    pub height: u32,
    /// SVG elements.
    pub body: String,
}

/// The points of a chart as a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Points {
    /// Where they lie in a chart over days, see `frame::axis`; empty where they do not.
    pub axis: String,
    /// Which of the points these are.
    pub caption: String,
    /// Heads of the columns.
    pub head: Vec<&'static str>,
    /// Rows, the first cell of each being its head.
    pub rows: Vec<Vec<String>>,
}

/// Rows of a table of points on paper.
const PRINTED_ROWS: usize = 26;

impl Points {
    /// At most 26 rows, the last always among them, for the appendix on paper.
    #[must_use]
    pub fn for_print(&self) -> Self {
        let step = self.rows.len().div_ceil(PRINTED_ROWS).max(1);
        let mut rows: Vec<_> = self.rows.iter().rev().step_by(step).cloned().collect();
        rows.reverse();
        let caption = match step {
            1 => self.caption.clone(),
            step => format!("{} On paper one of {step} rows.", self.caption),
        };
        Self { axis: String::new(), caption, head: self.head.clone(), rows }
    }
}

/// plotters could not draw.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a chart could not be drawn: {cause}; this is a defect of dora-report, please report it")]
pub struct ChartError {
    /// As plotters said it.
    pub cause: String,
}

/// A table cell; a missing value is written as words, not left blank.
fn or_no_data(text: Option<String>) -> String {
    text.unwrap_or_else(|| "no data".to_owned())
}

/// Splits a series at its gaps.
fn segments(points: impl Iterator<Item = (f64, Option<f64>)>) -> Vec<Vec<(f64, f64)>> {
    let mut all = Vec::new();
    let mut current = Vec::new();
    for (x, y) in points {
        match y.filter(|y| y.is_finite()) {
            Some(y) => current.push((x, y)),
            None if current.is_empty() => {}
            None => all.push(std::mem::take(&mut current)),
        }
    }
    if !current.is_empty() {
        all.push(current);
    }
    all
}

/// Every seventh day, counted back from the last, which is always there.
fn weekly(rows: &[DailyRow]) -> impl Iterator<Item = &DailyRow> {
    let first = rows.len().saturating_sub(1) % 7;
    rows.iter().skip(first).step_by(7)
}

/// First, last, lowest and highest value of a daily series in words; `None` where it has no value.
fn course(rows: &[DailyRow], value: impl Fn(&DailyRow) -> Option<f64>, word: impl Fn(f64) -> String) -> Option<String> {
    use crate::report::number::date;
    let known: Vec<_> = rows.iter().filter_map(|row| Some((row.date, value(row)?))).collect();
    let (&(first_day, first), &(last_day, last)) = (known.first()?, known.last()?);
    if first_day == last_day {
        return Some(format!("{} on {}", word(first), date(first_day)));
    }
    let by_value = |a: &&(chrono::NaiveDate, f64), b: &&(chrono::NaiveDate, f64)| a.1.total_cmp(&b.1);
    let (low_day, low) = known.iter().min_by(by_value)?;
    let (high_day, high) = known.iter().rev().max_by(by_value)?;
    Some(format!(
        "{} on {}, {} on {}; lowest {} on {}, highest {} on {}",
        word(first),
        date(first_day),
        word(last),
        date(last_day),
        word(*low),
        date(*low_day),
        word(*high),
        date(*high_day)
    ))
}

/// A title that states where a daily series ended: `Deployments: 2.7 a day in the 30 days to 30 Sep`. Where it began is no
/// part of it: most of the first window lies before the period.
fn ended(
    what: &str,
    window: u32,
    rows: &[DailyRow],
    value: impl Fn(&DailyRow) -> Option<f64>,
    word: impl Fn(f64) -> String,
) -> String {
    let last = rows.iter().rev().find_map(|row| Some((row.date, word(value(row)?))));
    last.map_or_else(
        || format!("{what}: no data"),
        |(day, value)| format!("{what}: {value} in the {window} days to {}", day.format("%-d %b")),
    )
}

/// A note on a last day that is not over, and on gaps; empty where there is neither.
fn notes(rows: &[DailyRow], value: impl Fn(&DailyRow) -> Option<f64>) -> String {
    let mut text = String::new();
    if rows.iter().any(|row| value(row).is_none()) {
        text.push_str(" Days whose window was not wholly read, or holds no event, leave a gap.");
    }
    if rows.last().is_some_and(|row| row.partial) {
        text.push_str(" The last day is not over: its point is a ring.");
    }
    text
}
