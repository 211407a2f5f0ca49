//! The first page: a headline that says better or worse, at most six main points, how far the figures can be trusted,
//! the author's comment, and the actions.
//!
//! Plain text, made from the figures by fixed rules, so that every output has the same text. Each output format escapes
//! it.

mod actions;
mod headline;
mod points;
#[cfg(test)]
mod tests;

use super::completeness::{self, shares};
use super::words::period_name;
use super::{Provenance, number};
use crate::domain::group::GroupKind;
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric};

pub use self::actions::{ActionNow, Outcome};
pub use self::points::Point;

/// More points would push the rest of the first page off the screen.
const MOST_POINTS: usize = 6;
/// Actions on the first page.
pub const MOST_ACTIONS: usize = 3;

/// The first page of a report, as text.
#[derive(Debug, Clone, PartialEq)]
pub struct FrontPage {
    /// Better or worse, in one sentence.
    pub headline: String,
    /// The main points, the most important first.
    pub points: Vec<Point>,
    /// How far the figures can be trusted, in one line.
    pub trust: String,
    /// The author's comment.
    pub comment: Option<String>,
    /// The actions of this report.
    pub actions: Vec<ActionNow>,
    /// The results of the previous report's actions.
    pub outcomes: Vec<Outcome>,
}

/// The first page of a report, as text.
pub fn front_page(analysis: &Analysis, provenance: &Provenance) -> FrontPage {
    let all = analysis.groups.iter().find(|it| it.group.kind == GroupKind::All);
    FrontPage {
        headline: all.map_or_else(|| no_figure(analysis), |all| headline::headline(analysis, all)),
        points: all.map(|all| points::points(analysis, all)).unwrap_or_default(),
        trust: trust(analysis),
        comment: provenance.notes.comment.clone(),
        actions: actions::now(analysis, &provenance.notes.actions),
        outcomes: actions::outcomes(analysis, &provenance.previous_actions),
    }
}

/// The metric with the most important change: one that got worse, else one that recovered, else one that improved.
pub fn most_telling(report: &GroupReport) -> Option<Metric> {
    headline::most_telling(report)
}

fn no_figure(analysis: &Analysis) -> String {
    format!("There is no figure for {}.", period_name(&analysis.period))
}

/// The metrics of the first page, each with its figure: those that have a section of their own.
fn metrics(all: &GroupReport) -> impl Iterator<Item = (Metric, &Figure)> {
    all.figures.iter().filter(|(metric, _)| metric.descriptor().section.is_some())
}

/// A metric's name inside a sentence.
fn subject(metric: Metric) -> String {
    metric.descriptor().short.to_lowercase()
}

/// `a`, `a and b`, `a, b and c`.
fn enumerate(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A share below this is named as a weak point.
const COMPLETE: f64 = 0.9;

/// `Partly: only 7 of 15 failures confirmed in triage. At or above 90 %: 6 of 6 repos read · …`: the weak points first.
fn trust(analysis: &Analysis) -> String {
    let all = shares(analysis);
    let shown = all.iter().filter(|share| share.is_headline && share.whole > 0);
    let is_weak = |share: &&completeness::Share| (share.part as f64) < COMPLETE * share.whole as f64;
    let said = |share: &completeness::Share| {
        format!("{} of {} {}", number::count(share.part), number::count(share.whole), share.words)
    };
    let (weak, complete): (Vec<_>, Vec<_>) = shown.partition(is_weak);
    let join = |shares: &[&completeness::Share]| shares.iter().map(|it| said(it)).collect::<Vec<_>>().join(" \u{b7} ");
    match (weak.is_empty(), complete.is_empty()) {
        (true, true) => "No: nothing was read for this period".to_owned(),
        (true, false) => format!("Yes: {}", join(&complete)),
        (false, true) => format!("Partly: only {}", join(&weak)),
        (false, false) => format!("Partly: only {}. At or above 90 %: {}", join(&weak), join(&complete)),
    }
}
