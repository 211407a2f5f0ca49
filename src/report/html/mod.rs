//! The report as one self-contained HTML page, and the index of the reports there are.
//!
//! Figures are put into words here, before the template; askama escapes every text. The only markup that is passed on
//! as such are the drawings, which plotters escaped and which hold no text of a user. The page fetches nothing, its one
//! script only enhances it and is named by its digest, and it contains no current time: the same analysis gives the
//! same bytes.

mod appendix;
mod cell;
mod charts;
mod definitions;
mod emulations;
mod failed;
#[expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "askama's attribute of a filter generates it so"
)]
mod filters;
mod first;
mod groups;
mod head;
mod index;
mod quick_check;
mod sensitivity;
mod stability;
mod throughput;
mod trust;
mod view;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

pub use self::charts::charts;
use self::first::First;
pub use self::index::{IndexEntry, IndexFigure, render_index};
use self::view::{Panel, Section};
use super::Provenance;
use super::chart::{self, Chart, ChartError};
use super::findings::{Grouped, grouped};
use super::front_page::front_page;
use crate::domain::group::GroupKind;
use crate::domain::words::printable;
use crate::metrics::tables::{Analysis, GroupReport};

/// The one script of the page, which only enhances it.
const SCRIPT: &str = include_str!("../../../templates/report.js");

/// Identifies a page written by this program.
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
    script: &'static str,
    script_hash: String,
    first: First,
    groups: groups::Tables,
    sections: Vec<Section>,
    trust: Vec<Panel>,
    findings: Vec<Grouped>,
    gaps: Vec<String>,
    terms: Vec<(&'static str, String)>,
    bands: cell::Grid,
    quick_check: Option<String>,
    edition: String,
    other_ways: Vec<cell::Grid>,
    events: Vec<cell::Grid>,
    provenance: Vec<cell::Grid>,
    commands: Vec<String>,
    first_command: Option<&'a str>,
    explain: Option<String>,
}

impl Page<'_> {
    /// Every chart of the page, for the tables of their points.
    fn charts(&self) -> Vec<&Chart> {
        let panels = self.sections.iter().flat_map(|section| &section.panels);
        panels.chain(&self.trust).filter_map(Panel::as_chart).collect()
    }
}

/// The page of one report.
///
/// # Errors
/// A template or a chart could not be rendered: a defect of this program.
pub fn render(analysis: &Analysis, provenance: &Provenance) -> Result<String, askama::Error> {
    let failed = |cause| askama::Error::Custom(Box::new(cause));
    let all = analysis.groups.iter().find(|it| it.group.kind == GroupKind::All);
    let commands = provenance.commands.as_ref();
    let page = Page {
        has_figures: analysis.has_figures(),
        no_figures: NO_FIGURES,
        head: head::head(analysis, provenance),
        logo: provenance.logo.as_deref(),
        script: SCRIPT,
        script_hash: STANDARD.encode(Sha256::digest(SCRIPT)),
        first: first::first(analysis, all, &front_page(analysis, provenance)).map_err(failed)?,
        groups: groups::tables(analysis).map_err(failed)?,
        sections: match all {
            Some(all) => sections(analysis, all, provenance).map_err(failed)?,
            None => Vec::new(),
        },
        trust: all.map(|all| trust::panels(analysis, all)).transpose().map_err(failed)?.unwrap_or_default(),
        findings: grouped(&analysis.findings),
        gaps: head::gaps(analysis),
        terms: definitions::terms(analysis),
        bands: definitions::bands(&analysis.settings),
        quick_check: all.and_then(quick_check::address),
        edition: cell::short(&analysis.settings.bands.edition),
        other_ways: all.map(|all| appendix::other_ways(analysis, all)).unwrap_or_default(),
        events: appendix::tables(analysis),
        provenance: head::provenance(analysis, provenance),
        commands: appendix::commands(analysis, commands),
        first_command: commands.and_then(|it| it.first.as_deref()),
        explain: commands.and_then(|it| it.example(analysis)),
    };
    page.render().map(|text| without_controls(&text))
}

/// The sections of the body behind the services: what failed, throughput, stability, balance and calendar.
fn sections(analysis: &Analysis, all: &GroupReport, provenance: &Provenance) -> Result<Vec<Section>, ChartError> {
    let mut sections =
        vec![failed::section(analysis, all), throughput::section(analysis, all)?, stability::section(analysis, all)?];
    let charts = [
        chart::balance::chart(&analysis.groups, analysis.previous.as_ref())?,
        chart::calendar::chart(analysis, &provenance.notes)?,
    ];
    let panels: Vec<Panel> = charts.into_iter().flatten().map(|chart| Panel::Chart(Box::new(chart))).collect();
    if !panels.is_empty() {
        sections.push(Section {
            id: "balance",
            title: "Balance and calendar",
            lead: String::new(),
            texts: Vec::new(),
            panels,
        });
    }
    Ok(sections)
}

/// Replaces what could turn the direction of the text around it, and control characters that HTML does not know.
fn without_controls(text: &str) -> String {
    printable(text, &['\n']).into_owned()
}
