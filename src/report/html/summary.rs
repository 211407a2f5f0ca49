//! The summary: a tile per metric, and a generated sentence each.

use super::view;
use super::view::Spark;
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric, Verdict};
use crate::report::Commands;
use crate::report::chart::ChartError;
use crate::report::reading::{self, BandView};
use crate::report::words::period_name;

/// One metric at a glance.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tile {
    pub(super) name: &'static str,
    /// The section that says more.
    pub(super) section: &'static str,
    /// `None` where there is no figure; then `sentence` says why.
    pub(super) value: Option<String>,
    pub(super) basis: String,
    pub(super) interval: Option<String>,
    pub(super) band: Option<BandView>,
    pub(super) change: Option<String>,
    pub(super) verdict: Option<&'static str>,
    pub(super) spark: Option<Spark>,
    pub(super) sentence: String,
    /// The command that explains the figure; empty where there is none.
    pub(super) explain: String,
}

/// The tiles of the whole.
pub(super) fn tiles(
    analysis: &Analysis,
    commands: Option<&Commands>,
    all: &GroupReport,
) -> Result<Vec<Tile>, ChartError> {
    let mut tiles = Vec::new();
    for (metric, figure) in all.figures.iter() {
        if let Some(section) = metric.descriptor().section {
            let explain = commands.and_then(|it| it.explain(analysis, metric, &all.group)).unwrap_or_default();
            tiles.push(tile(analysis, (metric, section), figure, view::spark(&all.daily, metric)?, explain));
        }
    }
    Ok(tiles)
}

fn tile(
    analysis: &Analysis,
    (metric, section): (Metric, &'static str),
    figure: &Figure,
    spark: Option<Spark>,
    explain: String,
) -> Tile {
    let zone = analysis.settings.zone;
    let (name, before, verdict) = (metric.title(), reading::before(metric, figure, zone), figure.verdict);
    let now = match reading::of(metric, figure, zone) {
        Ok(now) => now,
        Err(sentence) => {
            return Tile {
                name,
                section,
                value: None,
                basis: String::new(),
                interval: None,
                band: None,
                change: None,
                verdict: None,
                spark,
                sentence,
                explain,
            };
        }
    };
    let change = before.as_ref().map(|before| reading::change(&now, before));
    let mut sentence = vec![format!("{}, {}", now.value, now.basis)];
    if let Some(interval) = &now.interval {
        sentence.push(format!(" (95 % interval {interval})"));
    }
    sentence.push(".".to_owned());
    if let (Some(before), Some(period)) = (before, &analysis.previous) {
        sentence.push(format!(" In {} it was {} ({}).", period_name(period), before.value, before.basis));
        if let Some(judgement) = reading::judgement(verdict) {
            sentence.push(format!(" {judgement}"));
        }
    } else if let Some(period) = &analysis.previous {
        sentence.push(format!(" There is no figure for {} to compare it with.", period_name(period)));
    }
    Tile {
        name,
        section,
        value: Some(now.value),
        basis: now.basis,
        interval: now.interval,
        band: now.band,
        change,
        verdict: verdict.map(Verdict::as_str),
        spark,
        sentence: sentence.concat(),
        explain,
    }
}
