//! The calendar: deployments and incidents on one time axis, with freezes and notes.
//!
//! It stays light however many events there are: deployments are counted by day, or by week in a long period, and
//! incidents that overlap are one bar.

use std::collections::BTreeMap;

use super::canvas::{HPos, VPos, draw};
use super::frame::{Plot, SMALL, WIDTH, x_days};
use super::palette::{BAR, DASHED, INK, LINE, MUTED, RULE};
use super::scale::Days;
use super::{Chart, ChartError, Points};
use crate::domain::time::Timestamp;
use crate::metrics::tables::Analysis;
use crate::report::{Notes, number};

const HEIGHT: u32 = 220;
const DEPLOYMENTS: f64 = 28.0;
const INCIDENTS: f64 = 92.0;
const NOTES: f64 = 150.0;
/// The tallest bar of deployments, pixels.
const TALLEST: f64 = 34.0;
/// Days of a period from which on a bar of deployments is a week.
const LONG: i64 = 125;

/// The chart; `None` where neither a deployment nor an incident nor a note falls into the period.
pub fn chart(analysis: &Analysis, notes: &Notes) -> Result<Option<Chart>, ChartError> {
    let (zone, known, period) = (analysis.settings.zone, analysis.known, &analysis.period);
    let step = if (period.to - period.from).num_days() > LONG { 7 } else { 1 };
    let deployments = bars(analysis, step);
    let incidents: Vec<(Timestamp, Timestamp, bool)> = analysis
        .incidents
        .iter()
        .filter(|record| record.counted)
        .map(|record| {
            let (from, to) = (record.event.opened_at, record.event.resolved_at);
            (from.max(known.from), to.unwrap_or(known.to), to.is_none())
        })
        .filter(|(from, to, _)| from < to && *to > known.from)
        .collect();
    let inside = |day: &chrono::NaiveDate| *day >= period.from && *day < period.to;
    let days_noted: Vec<_> = notes.notes.iter().filter(|note| inside(&note.date)).collect();
    let freezes: Vec<_> = notes.freezes.iter().filter(|it| it.from < period.to && it.to > period.from).collect();
    if deployments.is_empty() && incidents.is_empty() && days_noted.is_empty() && freezes.is_empty() {
        return Ok(None);
    }
    let plot = Plot { left: 104.0, top: 18.0, right: 740.0, bottom: 184.0 };
    let days = Days::new(period.from, period.to, plot.left, plot.right);
    let x = |at: Timestamp| {
        let day = zone.day_of(at);
        days.at(day, at.since(zone.midnight(day)).as_f64() / 86_400.0).clamp(plot.left, plot.right)
    };
    let most = deployments.values().map(|bar| bar.0).max().unwrap_or(0).max(1);
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        for freeze in &freezes {
            let (from, to) = (freeze.from.max(period.from), freeze.to.min(period.to));
            let (left, right) = (days.at(from, 0.0), days.at(to, 0.0).min(plot.right));
            canvas.rect((left, plot.top), (right, plot.bottom), RULE, 1.0, true)?;
        }
        x_days(canvas, plot, days)?;
        for (name, top) in [("Deployments", DEPLOYMENTS), ("Incidents", INCIDENTS), ("Notes", NOTES)] {
            if name == "Notes" && days_noted.is_empty() {
                continue;
            }
            canvas.text(name, (0.0, top + 14.0), (HPos::Left, VPos::Center), 13.0, INK)?;
        }
        let ground = DEPLOYMENTS + TALLEST;
        let height = |count: u64| TALLEST * count as f64 / most as f64;
        for (bar, (all, failed)) in &deployments {
            let edge = |bar: i64| days.at(period.from + chrono::Duration::days(bar * step), 0.0).min(plot.right);
            let (left, right) = (edge(*bar), (edge(bar + 1) - 1.0).max(edge(*bar) + 1.0));
            canvas.rect((left, ground - height(*all)), (right, ground), LINE, 1.0, true)?;
            if *failed > 0 {
                canvas.rect((left, ground - height(*failed)), (right, ground), DASHED, 1.0, true)?;
            }
        }
        canvas.text(&number::count(most), (plot.left - 6.0, DEPLOYMENTS), (HPos::Right, VPos::Center), SMALL, MUTED)?;
        for (lane, open) in [(INCIDENTS + 4.0, false), (INCIDENTS + 18.0, true)] {
            let spans = incidents.iter().filter(|it| it.2 == open).map(|&(from, to, _)| (x(from), x(to)));
            for (left, right) in merged(spans.collect()) {
                canvas.rect((left, lane), (right, lane + 10.0), if open { DASHED } else { BAR }, 1.0, !open)?;
            }
        }
        for (number, note) in days_noted.iter().enumerate() {
            let at = days.at(note.date, 0.5);
            canvas.line(&[(at, plot.top), (at, NOTES + 8.0)], MUTED, 1)?;
            let label = (number + 1).to_string();
            canvas.text(&label, (at, NOTES + 16.0), (HPos::Center, VPos::Center), SMALL, INK)?;
        }
        Ok(())
    })?;
    let (all, failed) = deployments.values().fold((0, 0), |sum, bar| (sum.0 + bar.0, sum.1 + bar.1));
    let open = incidents.iter().filter(|(_, _, open)| *open).count() as u64;
    let noted_rows = days_noted
        .iter()
        .enumerate()
        .map(|(number, note)| vec![format!("Note {}", number + 1), number::date(note.date), note.text.clone()]);
    let freeze_rows = freezes.iter().map(|it| vec!["Freeze".to_owned(), number::days(it.from, it.to), it.text.clone()]);
    Ok(Some(Chart {
        id: "chart-calendar",
        title: "Deployments and incidents on one time axis".to_owned(),
        desc: format!(
            "{}, {} of them failed; {}, {} of them open at the end; {} and {}.",
            number::counted(all, "deployment", "deployments"),
            number::count(failed),
            number::counted(incidents.len() as u64, "incident", "incidents"),
            number::count(open),
            number::counted(days_noted.len() as u64, "note", "notes"),
            number::counted(freezes.len() as u64, "freeze", "freezes")
        ),
        caption: format!(
            "A bar above is the deployments of a {}, its lower part in the second colour those that failed. A bar below \
             is a time in which some incident was open; an empty one has an incident that is still open. Grey grounds \
             are freezes; numbers are notes.",
            if step == 1 { "day" } else { "week" }
        ),
        drawing,
        points: Points {
            axis: String::new(),
            caption: "Notes and freezes; the deployments and incidents are in the appendix.".to_owned(),
            head: vec!["What", "When", "Text"],
            rows: noted_rows.chain(freeze_rows).collect(),
        },
    }))
}

/// Counted deployments and the failed ones among them, by number of the bar; a bar is so many days.
fn bars(analysis: &Analysis, step: i64) -> BTreeMap<i64, (u64, u64)> {
    let mut bars: BTreeMap<i64, (u64, u64)> = BTreeMap::new();
    for record in analysis.deployments.iter().filter(|record| record.in_period && record.left_out.is_none()) {
        let Some(at) = record.event.finished_at else { continue };
        let bar = bars.entry((analysis.settings.zone.day_of(at) - analysis.period.from).num_days() / step).or_default();
        bar.0 += 1;
        bar.1 += u64::from(record.failed == Some(true));
    }
    bars
}

/// Spans of pixels, at least two wide, those that touch made one.
fn merged(mut spans: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    spans.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut bars: Vec<(f64, f64)> = Vec::new();
    for (left, right) in spans.into_iter().map(|(left, right)| (left, right.max(left + 2.0))) {
        match bars.last_mut() {
            Some(last) if left <= last.1 => last.1 = last.1.max(right),
            _ => bars.push((left, right)),
        }
    }
    bars
}
