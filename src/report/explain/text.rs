//! An explanation for a terminal.

use std::fmt::Write;

use super::Explanation;
use crate::domain::unit::Interval;
use crate::domain::words::on_one_line;
use crate::metrics::tables::{Metric, Unit};
use crate::report::number;

/// Events that are listed; the JSON has all of them.
const MOST_LISTED: usize = 60;

/// The explanation as lines of text.
pub fn render(it: &Explanation) -> String {
    let mut out = String::new();
    let metric = Metric::named(it.metric);
    let title = metric.map_or(it.metric, Metric::title);
    let group =
        if it.group_kind == "all" { "all services".to_owned() } else { format!("{} {}", it.group_kind, it.group) };
    let mut line = |name: &str, text: &str| {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{name:<12}{}", on_one_line(text));
    };
    line("figure", &format!("{title}, {group}, {}", it.period));
    line("known", &format!("{} to {} ({}), as of {}", it.from, it.to, it.timezone, it.as_of));
    line("definition", it.definition);
    match &it.no_data {
        Some(reason) => line("no data", reason),
        None => line("formula", &it.formula),
    }
    if let Some(ends) = it.ci95 {
        line("interval", &format!("95 %: {} ({})", interval(metric, ends), it.interval));
    }
    if let Some(place) = &it.place {
        line("band", place);
    }
    if let Some(thresholds) = &it.thresholds {
        line("thresholds", thresholds);
    }
    if let (Some(before), Some(progress)) = (it.previous, &it.progress) {
        line("before", &format!("{}: {progress}", value(metric, before)));
    }
    let events = number::counted(it.events.len() as u64, "event", "events");
    let whither = if it.no_data.is_some() { "known, in no figure" } else { "in the figure" };
    let _ = writeln!(out, "\n{events} {whither}");
    for event in it.events.iter().take(MOST_LISTED) {
        let shown = event.value.map(|seconds| value_of_event(metric, seconds)).unwrap_or_default();
        let _ =
            writeln!(out, "  {}  {:>10}  {}  {}", event.at, shown, on_one_line(&event.id), on_one_line(&event.note));
    }
    if it.events.len() > MOST_LISTED {
        let _ = writeln!(out, "  {} more: --format json lists all of them", it.events.len() - MOST_LISTED);
    }
    if !it.left_out.is_empty() {
        let _ = writeln!(out, "\nleft out");
        for left in &it.left_out {
            let more = if left.count > left.ids.len() { ", …" } else { "" };
            let _ = writeln!(out, "  {} {}: {}{more}", left.count, left.reason, on_one_line(&left.ids.join(", ")));
        }
    }
    out
}

fn value(metric: Option<Metric>, value: f64) -> String {
    number::value(metric.map_or(Unit::Seconds, |metric| metric.descriptor().unit), value)
}

fn value_of_event(metric: Option<Metric>, value: f64) -> String {
    match metric.and_then(|metric| metric.descriptor().part) {
        Some(part) => if value > 0.0 { part.one } else { "" }.to_owned(),
        None => number::duration(value),
    }
}

fn interval(metric: Option<Metric>, ends: Interval) -> String {
    format!("{} to {}", value(metric, ends.low), value(metric, ends.high))
}
