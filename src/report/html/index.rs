//! The list of the reports in one folder: each with its headline and its figures, and how the figures went from report to
//! report.

use askama::Template;

use super::filters;
use super::without_controls;
use crate::domain::period::Period;
use crate::domain::time::{Timestamp, Zone};
use crate::metrics::tables::Metric;
use crate::report::chart::Drawing;
use crate::report::chart::columns::columns;
use crate::report::number;

/// Reports in the columns above the table.
const COLUMNS: usize = 8;

/// One report of the index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexEntry {
    /// The name of its folder.
    pub label: String,
    /// The file that a reader opens: the page, where there is one.
    pub file: &'static str,
    /// Its period.
    pub period: Period,
    /// Whether it is of all services.
    pub is_whole: bool,
    /// The instant of the report, where it is known.
    pub as_of: Option<Timestamp>,
    /// Its headline, where it is known.
    pub headline: Option<String>,
    /// Its figures, in the order of the columns; empty where they are not known.
    pub figures: Vec<(Metric, IndexFigure)>,
}

/// A figure of a report of the index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexFigure {
    /// In the unit of its metric; none where there is none.
    pub value: Option<f64>,
    /// How it went, as `report.json` says it.
    pub progress: Option<String>,
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index {
    heads: Vec<&'static str>,
    /// Empty where none can be drawn.
    courses: Vec<Option<MetricHistory>>,
    reports: Vec<Row>,
}

/// The columns of one metric.
struct MetricHistory {
    drawing: Drawing,
    label: String,
}

struct Row {
    label: String,
    href: String,
    days: String,
    as_of: String,
    headline: Option<String>,
    cells: Vec<(String, String)>,
}

/// The list of the reports in one folder, in the order given: the newest first.
///
/// # Errors
/// The template or a drawing could not be rendered: a defect of this program.
pub fn render_index(reports: &[IndexEntry]) -> Result<String, askama::Error> {
    let metrics: Vec<Metric> = Metric::ALL.into_iter().filter(|metric| metric.descriptor().section.is_some()).collect();
    let mut courses = metrics.iter().map(|&metric| course(reports, metric)).collect::<Result<Vec<_>, _>>()?;
    if courses.iter().all(Option::is_none) {
        courses.clear();
    }
    let index = Index {
        heads: metrics.iter().map(|metric| metric.descriptor().short).collect(),
        courses,
        reports: reports.iter().map(|entry| row(entry, &metrics)).collect(),
    };
    index.render().map(|text| without_controls(&text))
}

fn row(entry: &IndexEntry, metrics: &[Metric]) -> Row {
    let cell = |metric: &Metric| {
        let figure = entry.figures.iter().find(|(own, _)| own == metric).map(|(_, figure)| figure);
        let value = figure.and_then(|it| it.value).map(|value| number::value(metric.descriptor().unit, value));
        let progress = figure.and_then(|it| it.progress.clone()).filter(|_| value.is_some());
        let progress = progress.map(|it| if it == "unchanged" { "no detectable change".to_owned() } else { it });
        (value.unwrap_or_else(|| "no figure".to_owned()), progress.unwrap_or_default())
    };
    Row {
        label: entry.label.clone(),
        href: format!("{}/{}", percent_encoded(&entry.label), entry.file),
        days: number::days(entry.period.from, entry.period.to),
        as_of: entry
            .as_of
            .map_or_else(|| "\u{2013}".to_owned(), |at| format!("{} UTC", number::instant(at, Zone::UTC))),
        headline: entry.headline.clone(),
        cells: metrics.iter().map(cell).collect(),
    }
}

/// How a metric went over the newest reports of all services that are as long as the newest of them.
fn course(reports: &[IndexEntry], metric: Metric) -> Result<Option<MetricHistory>, askama::Error> {
    let Some(newest) = reports.iter().find(|entry| entry.is_whole) else { return Ok(None) };
    let is_alike = |entry: &&IndexEntry| entry.is_whole && entry.period.is_alike(&newest.period);
    let mut alike: Vec<&IndexEntry> = reports.iter().filter(is_alike).take(COLUMNS).collect();
    alike.reverse();
    let value = |entry: &&IndexEntry| entry.figures.iter().find(|(own, _)| *own == metric).and_then(|(_, it)| it.value);
    let values: Vec<Option<f64>> = alike.iter().map(value).collect();
    let drawing = columns(&values, false).map_err(|cause| askama::Error::Custom(Box::new(cause)))?;
    let unit = metric.descriptor().unit;
    let said = alike.iter().zip(&values).map(|(entry, value)| {
        format!("{}: {}", entry.label, value.map_or_else(|| "no figure".to_owned(), |it| number::value(unit, it)))
    });
    Ok(drawing.map(|drawing| MetricHistory { drawing, label: said.collect::<Vec<_>>().join("; ") }))
}

/// One segment of a relative URL.
fn percent_encoded(segment: &str) -> String {
    let encoded = segment.bytes().map(|byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    });
    encoded.collect()
}
