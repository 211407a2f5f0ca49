//! What sections are made of: paragraphs, charts, tables, sparklines.

use super::cell::Grid;
use crate::metrics::tables::{DailyRow, Metric, Unit};
use crate::report::chart::sparkline::{Spread, draw_line};
use crate::report::chart::{Chart, ChartError, Drawing};
use crate::report::number;

/// A section of the page.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Section {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// One or two sentences under the title; may be empty.
    pub(super) lead: String,
    /// What there is to say of each metric, side by side.
    pub(super) texts: Vec<Text>,
    pub(super) panels: Vec<Panel>,
}

/// A few sentences on one metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Text {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) paragraphs: Vec<String>,
}

/// A chart, a table, or the words that stand where a chart would be empty.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Panel {
    Chart(Box<Chart>),
    Grid(Grid),
    Words(String),
}

impl Panel {
    /// The chart, where it is one.
    pub(super) fn as_chart(&self) -> Option<&Chart> {
        match self {
            Self::Chart(chart) => Some(chart),
            Self::Grid(_) | Self::Words(_) => None,
        }
    }

    /// A chart, or the words in its place.
    pub(super) fn chart(chart: Option<Chart>, otherwise: &str) -> Self {
        chart.map_or_else(|| Self::Words(otherwise.to_owned()), |chart| Self::Chart(Box::new(chart)))
    }
}

/// What stands where a rolling line has no value on any day.
pub(super) const NO_LINE: &str = "No rolling line: no day of the period has a window that was read completely \
                                  and holds an event.";

/// A tiny line and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spark {
    pub(super) drawing: Drawing,
    pub(super) label: String,
}

/// The sparkline of a metric.
pub(super) fn spark(rows: &[DailyRow], metric: Metric) -> Result<Option<Spark>, ChartError> {
    let unit = metric.descriptor().unit;
    let spread = if unit == Unit::Seconds { Spread::Logarithmic } else { Spread::FromZero };
    let value = |row: &DailyRow| row.value(metric);
    let Some(drawing) = draw_line(rows, spread, value)? else { return Ok(None) };
    let word = |value: f64| number::value(unit, value);
    let first = rows.iter().find_map(value).map(word).unwrap_or_default();
    let last = rows.iter().rev().find_map(value).map(word).unwrap_or_default();
    Ok(Some(Spark { drawing, label: format!("rolling, from {first} to {last}") }))
}
