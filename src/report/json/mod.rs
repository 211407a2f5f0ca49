//! `report.json`: everything the page shows except the rows of the CSV files, in the shape of [`SCHEMA`].
//!
//! Every key is always present; a missing value is `null`. Units are in the names: `_seconds`, `per_day`; ratios run
//! from 0 to 1. Keys come in the order of the structs here, so equal input gives equal bytes. A change that breaks
//! readers raises [`SCHEMA_VERSION`].

mod context;
mod fields;
mod group;
mod lead_time;
mod metric;
mod summary;
#[cfg(test)]
mod tests;

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use self::context::{CoverageView, Filters, FindingView, InputView, PeriodView, SettingsView};
use self::fields::Fields;
use self::group::GroupView;
use super::Provenance;
use super::front_page::front_page;
use crate::domain::words::PrintableJson;
use crate::metrics::tables::Analysis;

/// The version of the shape, in `schema_version`.
pub const SCHEMA_VERSION: u32 = 1;

/// The JSON Schema (2020-12) of the report.
pub const SCHEMA: &str = include_str!("../../../schemas/report.schema.json");

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Report<'a> {
    schema_version: u32,
    tool: Tool<'a>,
    config_digest: &'a str,
    synthetic: bool,
    organisation: Option<&'a str>,
    as_of: String,
    timezone: &'static str,
    window_days: u32,
    period: PeriodView<'a>,
    previous: Option<PeriodView<'a>>,
    filters: Filters<'a>,
    settings: SettingsView<'a>,
    bands: Fields,
    summary: Fields,
    groups: Groups<'a>,
    coverage: Vec<CoverageView<'a>>,
    inputs: Vec<InputView>,
    findings: Vec<FindingView>,
}

/// The groups of an analysis, made one by one as they are written: a thousand of them are a hundred megabytes.
struct Groups<'a>(&'a Analysis);

impl Serialize for Groups<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(Analysis { groups, period, settings, .. }) = self;
        serializer.collect_seq(groups.iter().map(|report| GroupView::new(report, period, settings.zone)))
    }
}

/// Writes the report as JSON, indented, with a newline at its end.
///
/// # Errors
/// The stream does not take it.
pub fn write(analysis: &Analysis, provenance: &Provenance, out: &mut dyn Write) -> io::Result<()> {
    let settings = &analysis.settings;
    let report = Report {
        schema_version: SCHEMA_VERSION,
        tool: Tool { name: "dora-report", version: &provenance.tool_version },
        config_digest: &provenance.config_digest,
        synthetic: provenance.synthetic,
        organisation: settings.organisation.as_deref(),
        as_of: analysis.as_of.to_rfc3339(),
        timezone: settings.zone.name(),
        window_days: settings.window_days,
        period: PeriodView::new(&analysis.period),
        previous: analysis.previous.as_ref().map(PeriodView::new),
        filters: Filters { service: analysis.service_filter.as_deref(), team: analysis.team_filter.as_deref() },
        settings: SettingsView::new(settings),
        bands: context::bands(&settings.bands),
        summary: summary::summary(&front_page(analysis, provenance)),
        groups: Groups(analysis),
        coverage: context::coverage(&analysis.coverage),
        inputs: analysis.inputs.iter().map(InputView::new).collect(),
        findings: analysis.findings.iter().map(FindingView::new).collect(),
    };
    serde_json::to_writer_pretty(PrintableJson(&mut *out), &report)?;
    out.write_all(b"\n")
}
