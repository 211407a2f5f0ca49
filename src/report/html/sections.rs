//! The sections of the metrics, over the whole.

use super::cell::{Grid, Link, short, text};
use super::emulations;
use super::view::{NO_LINE, Panel, Section};
use super::{rework, sensitivity};
use crate::domain::time::Zone;
use crate::metrics::tables::{Analysis, Cause, DeploymentRecord, Figure, GroupReport, LeadTimeDetails, Metric, Rule};
use crate::report::chart::{
    ChartError, failure_rate, failures_by_month, frequency, incidents, lead_time, lead_time_distribution, stages,
    survival,
};
use crate::report::reading::{self, trend};
use crate::report::{number, words};

/// Rows of the table of failed deployments; all of them are in the appendix or in the CSV.
const FAILED_ROWS: usize = 20;

/// All of them, in the order of the page.
pub(super) fn all(analysis: &Analysis, group: &GroupReport) -> Result<Vec<Section>, ChartError> {
    Ok(vec![
        frequency_section(analysis, group)?,
        lead_time_section(analysis, group)?,
        failures_section(analysis, group)?,
        restore_section(analysis, group)?,
        rework::section(analysis, group),
    ])
}

fn frequency_section(analysis: &Analysis, group: &GroupReport) -> Result<Section, ChartError> {
    let window = analysis.settings.window_days;
    let mut paragraphs = Vec::new();
    let metric = Metric::DeploymentFrequency;
    let figure = &group.figures[metric];
    match (figure.frequency(), reading::of(metric, figure, analysis.settings.zone)) {
        (Some(found), Ok(reading)) => {
            let days = number::count(found.days_with_deployments.into());
            let mut text = vec![format!("{}: {}, on {days} of the days.", reading.value, reading.basis)];
            match found.median_days_between {
                Some(between) => text.push(format!(
                    " Between one deployment and the next lie {} (median).",
                    number::duration(between * 86_400.0)
                )),
                None => text.push(" Fewer than two deployments have no days between them.".to_owned()),
            }
            paragraphs.push(text.concat());
        }
        (_, Err(why)) => paragraphs.push(why),
        (None, Ok(_)) => {}
    }
    paragraphs.extend(trend(&figure.trend, number::rate));
    let chart = frequency::chart(&group.daily, &analysis.period, window)?;
    Ok(Section {
        id: "frequency",
        title: "Deployment frequency",
        paragraphs,
        panels: vec![Panel::chart(chart, NO_LINE)],
    })
}

fn lead_time_section(analysis: &Analysis, group: &GroupReport) -> Result<Section, ChartError> {
    let (settings, figure) = (&analysis.settings, &group.figures[Metric::LeadTime]);
    let mut paragraphs = Vec::new();
    match reading::of(Metric::LeadTime, figure, settings.zone) {
        Ok(reading) => {
            let more = figure.quantiles.map(|it| {
                format!(
                    "; three quarters took at most {}, nine tenths at most {}; the mean is {}",
                    number::duration(it.p75),
                    number::duration(it.p90),
                    number::duration(it.mean)
                )
            });
            paragraphs.push(format!("{}: {}{}.", reading.value, reading.basis, more.unwrap_or_default()));
        }
        Err(why) => paragraphs.push(why),
    }
    let line = lead_time::chart(&group.daily, &analysis.period, settings.window_days, &settings.bands)?;
    let mut panels = vec![Panel::chart(line, NO_LINE)];
    if let Some(chart) = lead_time_distribution::chart(&analysis.deployments)? {
        panels.push(Panel::Chart(Box::new(chart)));
    }
    if let Some(found) = figure.lead_time() {
        let why = reading::reasons(found);
        if !why.is_empty() && figure.value.is_some() {
            paragraphs.push(format!("Deployments without a lead time, which are left out of it: {why}."));
        }
        panels.push(Panel::chart(
            stages::chart(&found.stages)?,
            "There are no stages to draw: no lead time of the period starts in a pull request.",
        ));
        panels.push(Panel::Grid(variants(found)));
    }
    panels.extend(emulations::grid(group).map(Panel::Grid));
    if let Some(words) = trend(&figure.trend, number::duration) {
        paragraphs.push(words);
    }
    Ok(Section { id: "lead-time", title: "Lead time for changes", paragraphs, panels })
}

fn variants(found: &LeadTimeDetails) -> Grid {
    let rows = found.variants.iter().map(|it| {
        vec![
            text(it.variant.as_str()),
            text(words::variant(it.variant)),
            text(it.p50.map_or_else(|| "no data".to_owned(), number::duration)),
            text(number::count(it.n)),
            text(number::count(it.negative)),
        ]
    });
    Grid {
        id: "variants",
        caption: "The lead time with other starts and other things to count. The first is the headline of this report."
            .to_owned(),
        head: vec!["Variant", "What is counted", "Median", "n", "Negative, left out"],
        rows: rows.collect(),
        events: false,
    }
}

fn failures_section(analysis: &Analysis, group: &GroupReport) -> Result<Section, ChartError> {
    let (settings, figure) = (&analysis.settings, &group.figures[Metric::ChangeFailureRate]);
    let mut paragraphs = Vec::new();
    match (figure.failures(), reading::of(Metric::ChangeFailureRate, figure, settings.zone)) {
        (Some(by_rule), Ok(reading)) => {
            let interval = reading.interval.map(|it| format!(" (95 % interval {it})")).unwrap_or_default();
            paragraphs.push(format!("{}: {}{interval}.", reading.value, reading.basis));
            let counts: Vec<String> = Rule::ALL
                .into_iter()
                .filter_map(|rule| by_rule.get(&rule).map(|count| (rule, *count)))
                .filter(|(_, count)| *count > 0)
                .map(|(rule, count)| format!("{}: {}", words::rule(rule), number::count(count)))
                .collect();
            if !counts.is_empty() {
                paragraphs.push(format!("By the rule that says they failed: {}.", counts.join("; ")));
            }
        }
        (_, Err(why)) => paragraphs.push(why),
        (None, Ok(_)) => {}
    }
    paragraphs.extend(trend(&figure.trend, number::points));
    let line = failure_rate::chart(&group.daily, &analysis.period, settings.window_days, &settings.bands)?;
    let mut panels = vec![Panel::chart(line, NO_LINE)];
    if let Some(chart) = failures_by_month::chart(&group.months)? {
        panels.push(Panel::Chart(Box::new(chart)));
    }
    panels.extend(failed_deployments(analysis).map(Panel::Grid));
    panels.extend(sensitivity::grid(settings, group).map(Panel::Grid));
    Ok(Section { id: "failures", title: "Change failure rate", paragraphs, panels })
}

fn failed_deployments(analysis: &Analysis) -> Option<Grid> {
    let failed: Vec<DeploymentRecord<'_>> =
        analysis.deployments.iter().filter(|record| record.in_period && record.failed == Some(true)).collect();
    if failed.is_empty() {
        return None;
    }
    let shown = failed.get(failed.len().saturating_sub(FAILED_ROWS)..).unwrap_or_default();
    let zone = analysis.settings.zone;
    let rows = shown.iter().map(|record| {
        let event = &record.event;
        let by = record.failed_by.iter().map(|cause| cause_link(analysis, cause)).collect();
        let rules: Vec<&str> = record.failed_rules.iter().map(|rule| rule.as_str()).collect();
        vec![
            text(number::instant(event.finished_at.unwrap_or(event.created_at), zone)),
            text(record.service.as_ref().map_or_else(String::new, |name| short(&name.0))),
            vec![Link::to(short(&event.id), event.url.as_deref())],
            by,
            text(rules.join(", ")),
        ]
    });
    let mut caption =
        "Deployments of the period that failed, the incidents that say so, and the rule that linked them.".to_owned();
    if shown.len() < failed.len() {
        let all = number::count(failed.len() as u64);
        caption = format!(
            "{caption} The newest {} of {all}; all of them are in deployments.csv, the newest also in the appendix.",
            shown.len()
        );
    }
    Some(Grid {
        id: "failed",
        caption,
        head: vec!["Finished", "Service", "Deployment", "Failed by", "Rule"],
        rows: rows.collect(),
        events: true,
    })
}

/// What failed a deployment: an incident by its title, or the rollback.
fn cause_link(analysis: &Analysis, cause: &Cause) -> Link {
    let known = analysis.incidents.iter().find(|record| match cause {
        Cause::Incident { source, id } => record.event.id == *id && record.event.source == *source,
        Cause::Rollback { .. } => false,
    });
    match known {
        Some(record) => {
            let name =
                record.event.title.as_ref().map_or_else(|| cause.to_string(), |title| format!("{cause}: {title}"));
            Link::to(short(&name), record.event.url.as_deref())
        }
        None => Link::plain(short(&cause.to_string())),
    }
}

fn restore_section(analysis: &Analysis, group: &GroupReport) -> Result<Section, ChartError> {
    let zone = analysis.settings.zone;
    let (restore, recovery) = (&group.figures[Metric::TimeToRestore], &group.figures[Metric::RecoveryTime]);
    let mut paragraphs = restore_words(restore, zone);
    paragraphs.extend(trend(&restore.trend, number::duration));
    // Where both lack the same thing, once is enough.
    if recovery.missing.is_none() || restore.missing != recovery.missing {
        paragraphs.push(recovery_words(recovery, zone));
    }
    let mut panels = vec![Panel::chart(
        incidents::chart(analysis, &group.daily)?,
        "There is no incident to draw: none that counts was opened in the period, as far as it was read.",
    )];
    if let Some(chart) = survival::chart(&group.survival)? {
        panels.push(Panel::Chart(Box::new(chart)));
    }
    Ok(Section { id: "restore", title: "Time to restore service", paragraphs, panels })
}

fn restore_words(figure: &Figure, zone: Zone) -> Vec<String> {
    let mut paragraphs = Vec::new();
    match reading::of(Metric::TimeToRestore, figure, zone) {
        Ok(reading) => paragraphs.push(format!("{}: {}.", reading.value, reading.basis)),
        Err(why) => paragraphs.push(why),
    }
    let Some(found) = figure.restore() else { return paragraphs };
    let mut text = Vec::new();
    if let Some(it) = figure.quantiles {
        text.push(format!(
            "Three quarters took at most {}, nine tenths at most {}; the mean is {}.",
            number::duration(it.p75),
            number::duration(it.p90),
            number::duration(it.mean)
        ));
    }
    match (found.km_p50, found.km_beyond) {
        (Some(median), _) => text.push(format!(
            "With the open ones taken into account (Kaplan-Meier) the median is {}.",
            number::duration(median)
        )),
        (None, Some(longest)) => text.push(format!(
            "With the open ones taken into account (Kaplan-Meier) the median is more than {}, the longest time seen.",
            number::duration(longest)
        )),
        (None, None) => {}
    }
    if !text.is_empty() {
        paragraphs.push(text.join(" "));
    }
    paragraphs
}

fn recovery_words(figure: &Figure, zone: Zone) -> String {
    let head = "Failed deployment recovery time, over incidents attributed to a deployment alone";
    match reading::of(Metric::RecoveryTime, figure, zone) {
        Ok(now) => {
            let before = reading::before(Metric::RecoveryTime, figure, zone);
            let change = before.map(|before| format!("; {}", reading::change(&now, &before))).unwrap_or_default();
            let verdict = figure.verdict.map(|verdict| format!(", {}", verdict.as_str()));
            format!("{head}: {} ({}){change}{}.", now.value, now.basis, verdict.unwrap_or_default())
        }
        Err(why) => format!(
            "{head}: {}{}",
            why.chars().take(1).flat_map(char::to_lowercase).collect::<String>(),
            why.chars().skip(1).collect::<String>()
        ),
    }
}
