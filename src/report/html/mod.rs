//! The report as one self-contained HTML page, and the index of the reports there are.
//!
//! Figures are put into words here, before the template; askama escapes every text. The only markup that is passed
//! on as such are the drawings, which plotters escaped and which hold no text of a user. The page fetches nothing,
//! its one script only enhances it and is named by its digest, and it has no clock: the same analysis gives the same
//! bytes.

mod appendix;
mod cell;
mod definitions;
mod emulations;
mod groups;
mod head;
mod rework;
mod sections;
mod sensitivity;
mod summary;
mod trust;
mod view;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use self::view::{Panel, Section};
use super::Provenance;
use super::chart::{self, Chart};
use super::findings::{Words, words};
use super::number;
use crate::domain::group::GroupKind;
use crate::domain::time::{Timestamp, Zone};
use crate::metrics::tables::{Analysis, Finding, Severity};

/// One report of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The period's label, which is also the name of its folder.
    pub label: String,
    /// First day.
    pub from: NaiveDate,
    /// First day after.
    pub to: NaiveDate,
    /// The instant of the report, where it is known.
    pub as_of: Option<Timestamp>,
}

/// The one script of the page, which only enhances it.
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// By this a page of this program is told from another's.
pub const GENERATOR: &str = "<meta name=\"generator\" content=\"dora-report\">";

/// Marks a page without any figure.
pub const NO_FIGURES: &str = "<meta name=\"figures\" content=\"none\">";

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    has_figures: bool,
    no_figures: &'static str,
    head: head::Head,
    logo: Option<&'a str>,
    note: Option<&'a str>,
    script: &'static str,
    script_hash: String,
    trust: Vec<Panel>,
    more: Vec<Section>,
    calendar: Option<Section>,
    tiles: Vec<summary::Tile>,
    edition: String,
    gaps: Vec<String>,
    findings: Vec<FindingView>,
    sections: Vec<Section>,
    group_tables: Vec<groups::GroupTable>,
    group_reasons: Vec<String>,
    first_command: Option<&'a str>,
    explain: Option<String>,
    terms: Vec<(&'static str, String)>,
    bands: cell::Grid,
    appendix: Vec<cell::Grid>,
}

/// A finding in words.
struct FindingView {
    id: &'static str,
    severity: Severity,
    scope: String,
    message: String,
    advice: String,
}

impl FindingView {
    fn new(finding: &Finding) -> Self {
        let Words { message, advice } = words(finding);
        Self { id: finding.id(), severity: finding.severity, scope: finding.scope(), message, advice }
    }
}

#[derive(Template)]
#[template(path = "index.html")]
struct Index {
    reports: Vec<IndexRow>,
}

struct IndexRow {
    label: String,
    href: String,
    days: String,
    as_of: String,
}

/// The page of one report.
///
/// # Errors
/// A template or a chart could not be rendered: a defect of this program.
pub fn render(analysis: &Analysis, provenance: &Provenance) -> Result<String, askama::Error> {
    let failed = |cause| askama::Error::Custom(Box::new(cause));
    let commands = provenance.commands.as_ref();
    let (tiles, sections) = match analysis.groups.iter().find(|it| it.group.kind == GroupKind::All) {
        Some(all) => {
            (summary::tiles(analysis, commands, all).map_err(failed)?, sections::all(analysis, all).map_err(failed)?)
        }
        None => (Vec::new(), Vec::new()),
    };
    let trust = match analysis.groups.iter().find(|it| it.group.kind == GroupKind::All) {
        Some(all) => trust::panels(analysis, all).map_err(failed)?,
        None => Vec::new(),
    };
    let mut more = Vec::new();
    if let Some(chart) = chart::balance::chart(&analysis.groups).map_err(failed)? {
        let words = "How often each service deploys, against how often a deployment fails.".to_owned();
        more.push(section("balance", "Throughput and stability", words, chart));
    }
    let calendar = chart::calendar::chart(analysis, &provenance.notes)
        .map_err(failed)?
        .map(|chart| section("calendar", "Calendar", "What happened when, on one time axis.".to_owned(), chart));
    let (group_tables, group_reasons) = groups::tables(analysis).map_err(failed)?;
    let page = Page {
        has_figures: analysis.has_figures(),
        no_figures: NO_FIGURES,
        head: head::head(analysis, provenance),
        logo: provenance.logo.as_deref(),
        note: provenance.notes.comment.as_deref(),
        script: SCRIPT,
        script_hash: STANDARD.encode(Sha256::digest(SCRIPT)),
        trust,
        more,
        calendar,
        tiles,
        edition: cell::short(&analysis.settings.bands.edition),
        gaps: head::gaps(analysis),
        findings: analysis.findings.iter().map(FindingView::new).collect(),
        sections,
        group_tables,
        group_reasons,
        first_command: commands.and_then(|it| it.first.as_deref()),
        explain: commands.and_then(|it| it.example(analysis)),
        terms: definitions::terms(analysis),
        bands: definitions::bands(&analysis.settings),
        appendix: appendix::tables(analysis),
    };
    page.render().map(|text| without_controls(&text))
}

/// A section of one chart.
fn section(id: &'static str, title: &'static str, words: String, chart: Chart) -> Section {
    Section { id, title, paragraphs: vec![words], panels: vec![Panel::Chart(Box::new(chart))] }
}

/// The list of the reports in one folder, in the order given.
///
/// # Errors
/// The template could not be rendered: a defect of this program.
pub fn render_index(reports: &[IndexEntry]) -> Result<String, askama::Error> {
    let reports = reports
        .iter()
        .map(|entry| IndexRow {
            label: entry.label.clone(),
            href: format!("{}/index.html", percent_encoded(&entry.label)),
            days: number::days(entry.from, entry.to),
            as_of: entry.as_of.map_or_else(|| "–".to_owned(), |at| format!("{} UTC", number::instant(at, Zone::UTC))),
        })
        .collect();
    Index { reports }.render().map(|text| without_controls(&text))
}

/// Replaces what could turn the direction of the text around it, and control characters that HTML does not know.
fn without_controls(text: &str) -> String {
    let hostile = |letter: char| {
        matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') || (letter.is_control() && letter != '\n')
    };
    text.replace(hostile, "\u{fffd}")
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
