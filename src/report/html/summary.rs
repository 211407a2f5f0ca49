//! The summary: a tile per metric, and a generated sentence each.

use super::reading::{self, BandView, Outcome};
use super::view::Spark;
use super::{period_name, view};
use crate::domain::group::Group;
use crate::metrics::tables::{Analysis, GroupReport, Metric, Verdict};
use crate::report::chart::ChartError;
use crate::report::explain::command;

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
    /// The command that explains the figure.
    pub(super) explain: String,
}

/// The tiles of the whole.
pub(super) fn tiles(analysis: &Analysis, all: &GroupReport) -> Result<Vec<Tile>, ChartError> {
    let zone = analysis.settings.zone;
    let (now, before) = (&all.figures, all.previous.as_ref());
    let sparks = view::sparks(&all.daily)?;
    let [frequency, lead_time, failures, restore] = sparks;
    Ok(vec![
        tile(
            analysis,
            ("Deployment frequency", "frequency"),
            reading::frequency(&now.frequency, zone),
            before.and_then(|figures| reading::frequency(&figures.frequency, zone).ok()),
            all.verdicts.frequency,
            frequency,
        ),
        tile(
            analysis,
            ("Lead time for changes", "lead-time"),
            reading::lead_time(&now.lead_time, zone),
            before.and_then(|figures| reading::lead_time(&figures.lead_time, zone).ok()),
            all.verdicts.lead_time,
            lead_time,
        ),
        tile(
            analysis,
            ("Change failure rate", "failures"),
            reading::change_failure(&now.change_failure, zone),
            before.and_then(|figures| reading::change_failure(&figures.change_failure, zone).ok()),
            all.verdicts.change_failure,
            failures,
        ),
        tile(
            analysis,
            ("Time to restore service", "restore"),
            reading::restore(&now.restore, zone),
            before.and_then(|figures| reading::restore(&figures.restore, zone).ok()),
            all.verdicts.restore,
            restore,
        ),
    ])
}

/// The flags that name the report's period, as it was known then.
pub(super) fn span(analysis: &Analysis) -> String {
    let label = &analysis.period.label;
    let period = label.split_once('_').map_or_else(|| label.clone(), |(from, to)| format!("{from}..{to}"));
    format!("--period {period} --as-of {}", analysis.as_of)
}

fn tile(
    analysis: &Analysis,
    (name, section): (&'static str, &'static str),
    now: Outcome,
    before: Option<reading::Reading>,
    verdict: Option<Verdict>,
    spark: Option<Spark>,
) -> Tile {
    let metric = match section {
        "frequency" => Metric::DeploymentFrequency,
        "lead-time" => Metric::LeadTime,
        "failures" => Metric::ChangeFailureRate,
        _ => Metric::TimeToRestore,
    };
    let whole = Group::all();
    // Of a part of the services no command gives the whole.
    let is_part = analysis.service_filter.is_some() || analysis.team_filter.is_some();
    let explain = if is_part { String::new() } else { command(metric, &whole, &span(analysis)) };
    let now = match now {
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
