//! What sections are made of: paragraphs, charts, tables, sparklines.

use super::cell::Grid;
use crate::metrics::tables::DailyRow;
use crate::report::chart::sparkline::{Spread, draw_line};
use crate::report::chart::{Chart, ChartError, Drawing};
use crate::report::number;

/// A section of the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) paragraphs: Vec<String>,
    pub(super) panels: Vec<Panel>,
}

/// A chart, a table, or the words that stand where a chart would be empty.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Panel {
    Chart(Box<Chart>),
    Grid(Grid),
    Words(String),
}

impl Panel {
    /// A chart, or the words in its place.
    pub(super) fn chart(chart: Option<Chart>, otherwise: &str) -> Self {
        chart.map_or_else(|| Self::Words(otherwise.to_owned()), |chart| Self::Chart(Box::new(chart)))
    }
}

/// What stands where a rolling line has no value on any day.
pub(super) const NO_LINE: &str = "There is no rolling line to draw: on no day of the period was the whole window \
                                  before it read and an event in it.";

/// A tiny line and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spark {
    pub(super) drawing: Drawing,
    pub(super) label: String,
}

/// The sparklines of the four metrics: frequency, lead time, change failure rate, time to restore.
pub(super) fn sparks(rows: &[DailyRow]) -> Result<[Option<Spark>; 4], ChartError> {
    Ok([
        spark(rows, Spread::FromZero, |row| row.deployments_per_day, number::rate)?,
        spark(rows, Spread::Logarithmic, |row| row.lead_time_p50, number::duration)?,
        spark(rows, Spread::FromZero, |row| row.change_failure_rate, number::percent)?,
        spark(rows, Spread::Logarithmic, |row| row.time_to_restore_p50, number::duration)?,
    ])
}

fn spark(
    rows: &[DailyRow],
    spread: Spread,
    value: fn(&DailyRow) -> Option<f64>,
    word: fn(f64) -> String,
) -> Result<Option<Spark>, ChartError> {
    let Some(drawing) = draw_line(rows, spread, value)? else { return Ok(None) };
    let first = rows.iter().find_map(value).map(word).unwrap_or_default();
    let last = rows.iter().rev().find_map(value).map(word).unwrap_or_default();
    Ok(Some(Spark { drawing, label: format!("rolling, from {first} to {last}") }))
}
