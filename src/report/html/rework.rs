//! The section of the deployment rework rate: the figure, by rule, and the newest deployments that are rework.

use super::cell::{Grid, Link, short, text};
use super::view::{Panel, Section};
use crate::metrics::tables::{Analysis, DeploymentRecord, GroupReport, Metric, ReworkRule};
use crate::report::reading;
use crate::report::{number, words};

/// Rows of the table; all of them are in deployments.csv.
const ROWS: usize = 10;

pub(super) fn section(analysis: &Analysis, group: &GroupReport) -> Section {
    let figure = &group.figures[Metric::ReworkRate];
    let mut paragraphs = Vec::new();
    match reading::of(Metric::ReworkRate, figure, analysis.settings.zone) {
        Ok(reading) => {
            let interval = reading.interval.map(|it| format!(" (95 % interval {it})")).unwrap_or_default();
            paragraphs.push(format!("{}: {}{interval}.", reading.value, reading.basis));
        }
        Err(why) => paragraphs.push(why),
    }
    let mut counts = Vec::new();
    for (rule, count) in figure.rework().into_iter().flatten().filter(|(_, count)| **count > 0) {
        counts.push(format!("{}: {}", words::rework_rule(*rule), number::count(*count)));
    }
    if !counts.is_empty() {
        paragraphs.push(format!("By the first rule that holds: {}.", counts.join("; ")));
    }
    paragraphs.extend(reading::trend(&figure.trend, number::points));
    let panels = newest(analysis).map(Panel::Grid).into_iter().collect();
    Section { id: "rework", title: Metric::ReworkRate.title(), paragraphs, panels }
}

fn newest(analysis: &Analysis) -> Option<Grid> {
    let is_rework = |record: &DeploymentRecord<'_>| record.in_period && record.rework == Some(true);
    let mut shown: Vec<DeploymentRecord<'_>> =
        analysis.deployments.iter().rev().filter(is_rework).take(ROWS + 1).collect();
    let has_more = shown.len() > ROWS;
    shown.truncate(ROWS);
    if shown.is_empty() {
        return None;
    }
    let rows = shown.iter().rev().map(|record| {
        let event = &record.event;
        let rules: Vec<&str> = record.rework_rules.iter().copied().map(ReworkRule::as_str).collect();
        vec![
            text(number::instant(event.finished_at.unwrap_or(event.created_at), analysis.settings.zone)),
            text(record.service.as_ref().map_or_else(String::new, |name| short(&name.0))),
            vec![Link::to(short(&event.id), event.url.as_deref())],
            text(rules.join(", ")),
        ]
    });
    let which = if has_more {
        format!("the newest {ROWS}; all of them are in deployments.csv")
    } else {
        format!("all {}", shown.len())
    };
    let caption = format!("Deployments of the period that are rework, and every rule that holds: {which}.");
    Some(Grid {
        id: "rework-deployments",
        caption,
        head: vec!["Finished", "Service", "Deployment", "Rules"],
        rows: rows.collect(),
        events: true,
    })
}
