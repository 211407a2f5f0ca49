//! Stability: how often a deployment fails or repairs one, and how long incidents last.

use super::cell::{Grid, text};
use super::view::{NO_LINE, Panel, Section, Text};
use crate::domain::settings::Settings;
use crate::metrics::tables::{Analysis, Figure, GroupReport, Metric};
use crate::report::chart::{ChartError, failure_rate, failures_by_month, incidents, survival};
use crate::report::reading::{self, trend};
use crate::report::{number, words};

pub(super) fn section(analysis: &Analysis, group: &GroupReport) -> Result<Section, ChartError> {
    let settings = &analysis.settings;
    let line = failure_rate::chart(&group.daily, &analysis.period, settings.window_days, &settings.bands)?;
    let mut panels = vec![Panel::chart(line, NO_LINE)];
    panels.extend(failures_by_month::chart(&group.months)?.map(|chart| Panel::Chart(Box::new(chart))));
    panels.push(Panel::chart(
        incidents::chart(analysis, &group.daily)?,
        "No incident to draw: no counted incident was opened in the part of the period that was read.",
    ));
    panels.extend(survival::chart(&group.survival)?.map(|chart| Panel::Chart(Box::new(chart))));
    panels.extend(rework(group).map(Panel::Grid));
    Ok(Section {
        id: "stability",
        title: "Stability",
        lead: String::new(),
        texts: vec![failures_text(analysis, group), restore_text(analysis, group), rework_text(analysis, group)],
        panels,
    })
}

fn failures_text(analysis: &Analysis, group: &GroupReport) -> Text {
    let metric = Metric::ChangeFailureRate;
    let figure = &group.figures[metric];
    let mut paragraphs = vec![share_words(metric, figure, &analysis.settings)];
    paragraphs.extend(trend(&figure.trend, number::points));
    Text { id: "failures", title: metric.title(), paragraphs }
}

/// `7.6 %: 15 of 198 deployments failed (95 % interval 4.6 % to 12.1 %).`
fn share_words(metric: Metric, figure: &Figure, settings: &Settings) -> String {
    match reading::of(metric, figure, settings) {
        Ok(reading) => {
            let interval = reading.interval.map(|it| format!(" (95 % interval {it})")).unwrap_or_default();
            format!("{}: {}{interval}.", reading.value, reading.basis)
        }
        Err(why) => why,
    }
}

fn restore_text(analysis: &Analysis, group: &GroupReport) -> Text {
    let (restore, recovery) = (&group.figures[Metric::TimeToRestore], &group.figures[Metric::RecoveryTime]);
    let mut paragraphs = vec![restore_words(restore, &analysis.settings)];
    paragraphs.extend(trend(&restore.trend, number::duration));
    // Where both lack the same thing, once is enough.
    if recovery.missing.is_none() || restore.missing != recovery.missing {
        paragraphs.push(recovery_words(recovery, &analysis.settings));
    }
    Text { id: "restore", title: Metric::TimeToRestore.title(), paragraphs }
}

fn restore_words(figure: &Figure, settings: &Settings) -> String {
    let said = match reading::of(Metric::TimeToRestore, figure, settings) {
        Ok(reading) => format!("{}: {}.", reading.value, reading.basis),
        Err(why) => why,
    };
    let rest = figure.quantiles.map(|it| {
        format!(
            " Three quarters took at most {}, nine tenths at most {}; the mean is {}.",
            number::duration(it.p75),
            number::duration(it.p90),
            number::duration(it.mean)
        )
    });
    let median = match figure.restore().map(|it| (it.km_p50, it.km_beyond)) {
        Some((Some(median), _)) => number::duration(median),
        Some((None, Some(longest))) => format!("more than {}, the longest time seen", number::duration(longest)),
        Some((None, None)) | None => return said + &rest.unwrap_or_default(),
    };
    let with_open = format!(" With open incidents taken into account (Kaplan-Meier) the median is {median}.");
    said + &rest.unwrap_or_default() + &with_open
}

fn recovery_words(figure: &Figure, settings: &Settings) -> String {
    let head = "Failed deployment recovery time, over incidents attributed to a deployment alone";
    match reading::of(Metric::RecoveryTime, figure, settings) {
        Ok(now) => {
            let before = reading::before(Metric::RecoveryTime, figure, settings);
            let before = before.map(|before| format!(", was {}", before.value)).unwrap_or_default();
            let progress = figure.progress.as_ref().map(|it| format!(": {}", super::first::progress(it).1));
            format!("{head}: {} ({}){before}{}.", now.value, now.basis, progress.unwrap_or_default())
        }
        Err(why) => format!(
            "{head}: {}{}",
            why.chars().take(1).flat_map(char::to_lowercase).collect::<String>(),
            why.chars().skip(1).collect::<String>()
        ),
    }
}

fn rework_text(analysis: &Analysis, group: &GroupReport) -> Text {
    let metric = Metric::ReworkRate;
    let figure = &group.figures[metric];
    let mut paragraphs = vec![share_words(metric, figure, &analysis.settings)];
    paragraphs.extend(trend(&figure.trend, number::points));
    Text { id: "rework", title: metric.title(), paragraphs }
}

fn rework(group: &GroupReport) -> Option<Grid> {
    let figure = &group.figures[Metric::ReworkRate];
    let rows: Vec<_> = figure
        .rework()
        .into_iter()
        .flatten()
        .filter(|(_, count)| **count > 0 && figure.n > 0)
        .map(|(rule, count)| {
            vec![
                text(words::rework_rule(*rule)),
                text(number::count(*count)),
                text(number::percent(*count as f64 / figure.n as f64)),
            ]
        })
        .collect();
    (!rows.is_empty()).then(|| Grid {
        id: "rework-by-rule",
        caption: "Rework deployments, each under the first rule that applies.".to_owned(),
        head: vec!["Rule", "Deployments", "Share of all"],
        rows,
        events: false,
    })
}
