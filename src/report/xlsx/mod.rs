//! `report.xlsx`: the report as an Excel workbook with native tables, charts, dates, percentages and durations.
//!
//! Texts from outside are strings, never formulas. A missing value is an empty cell, or the words "no data" where no chart
//! reads the cell. The workbook has no clock: its creation time is the instant of the report.

mod actions;
mod chart;
mod course;
mod grid;
mod kind;
mod summary;
#[cfg(test)]
mod tests;
mod text;

use std::io;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use self::grid::Grid;
use super::Provenance;
use super::csv::{
    DEPLOYMENTS, FINDINGS, INCIDENTS, SUMMARY, deployment_rows, finding_rows, incident_rows, summary_rows,
};
use super::front_page::front_page;
use super::masthead;
use crate::domain::group::GroupKind;
use crate::metrics::tables::Analysis;

/// Rows of a worksheet.
const MOST_ROWS: u32 = 1_048_576;

/// The part of the file that only a workbook without any figure has. Names of parts are not compressed.
const NO_FIGURES: &[u8] = b"docProps/custom.xml";

/// The workbook could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the workbook cannot be made: {0}; this is a defect of dora-report, please report it")]
pub struct WorkbookError(#[from] io::Error);

/// Whether a workbook of this program holds a figure.
pub fn has_figures(workbook: &[u8]) -> bool {
    !workbook.windows(NO_FIGURES.len()).any(|part| part == NO_FIGURES)
}

/// The bytes of the workbook.
///
/// # Errors
/// None that this data can cause; the writer's own.
pub fn render(analysis: &Analysis, provenance: &Provenance) -> Result<Vec<u8>, WorkbookError> {
    let mut book = workbook(analysis, provenance, MOST_ROWS)?;
    Ok(book.save_to_buffer().map_err(failed)?)
}

/// The workbook, with at most so many rows in each sheet.
fn workbook(analysis: &Analysis, provenance: &Provenance, most_rows: u32) -> io::Result<Workbook> {
    let mut book = Workbook::new();
    let front_page = front_page(analysis, provenance);
    let zone = analysis.settings.zone;
    let all = analysis.groups.iter().find(|report| report.group.kind == GroupKind::All);
    summary::write(named(&mut book, "Summary")?, analysis, provenance, &front_page, all)?;
    let note = "The rows of summary.csv: figures of the period by group, metric and statistic. Ratios are percentages. \
                An empty cell is a missing value.";
    let mut grid = Grid::new(named(&mut book, "Groups")?, zone, &SUMMARY, most_rows)
        .noted(note, "summary.csv")
        .with_durations(&["value", "ci_low", "ci_high", "previous_value"]);
    summary_rows(analysis, &mut grid)?;
    grid.finish("Groups")?;
    course::history(named(&mut book, "History")?, analysis, all)?;
    course::daily(named(&mut book, "Daily")?, analysis, all, most_rows)?;
    let note = format!(
        "Every deployment from the start of the period's first window to its end, used or left out. Times are those of \
         {zone}."
    );
    let mut grid =
        Grid::new(named(&mut book, "Deployments")?, zone, &DEPLOYMENTS, most_rows).noted(&note, "deployments.csv");
    deployment_rows(analysis, &mut grid)?;
    grid.finish("Deployments")?;
    let note = format!("Every incident that touches the same span, used or left out. Times are those of {zone}.");
    let mut grid = Grid::new(named(&mut book, "Incidents")?, zone, &INCIDENTS, most_rows).noted(&note, "incidents.csv");
    incident_rows(analysis, &mut grid)?;
    grid.finish("Incidents")?;
    let mut grid = Grid::new(named(&mut book, "Findings")?, zone, &FINDINGS, most_rows)
        .noted("What a reader should know about the figures.", "findings.csv")
        .wrapped();
    finding_rows(analysis, &mut grid)?;
    grid.finish("Findings")?;
    actions::write(named(&mut book, "Actions")?, analysis, &front_page)?;
    book.set_properties(&properties(analysis)?);
    Ok(book)
}

/// A new sheet.
fn named<'b>(book: &'b mut Workbook, name: &str) -> io::Result<&'b mut Worksheet> {
    book.add_worksheet().set_name(name).map_err(failed)
}

/// The properties of the document; by default they would hold the present time.
fn properties(analysis: &Analysis) -> io::Result<DocProperties> {
    let at = ExcelDateTime::from_timestamp(analysis.as_of.0.div_euclid(1_000)).map_err(failed)?;
    let properties = DocProperties::new().set_title(text::plain(&masthead::title(analysis))).set_creation_datetime(&at);
    Ok(if analysis.has_figures() { properties } else { properties.set_custom_property("figures", "none") })
}

/// What the writer of workbooks said.
fn failed(cause: XlsxError) -> io::Error {
    io::Error::other(cause)
}
