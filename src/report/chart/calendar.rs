//! The calendar: deployments and incidents on one time axis, with freezes and notes.
//!
//! It stays light however many events there are: deployments are counted by day, or by week in a long period, and
//! incidents that overlap are one bar.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::canvas::{Canvas, HPos, VPos, draw};
use super::frame::{Plot, SMALL, WIDE, x_days};
use super::labels::cut;
use super::palette::{ALERT, BAR, INK, MUTED, RULE};
use super::scale::Days;
use super::{Chart, ChartError, Drawing, Points};
use crate::domain::time::Timestamp;
use crate::metrics::tables::Analysis;
use crate::report::notes::{Freeze, Note, Notes};
use crate::report::number;

/// Height of each row, pixels.
const DEPLOYMENTS: f64 = 52.0;
const INCIDENTS: f64 = 22.0;
const OPEN: f64 = 16.0;
const NOTES: f64 = 24.0;
/// The tallest bar of deployments, pixels.
const TALLEST: f64 = 40.0;
/// Open incidents with a row of their own; the rest share the last.
const OPEN_ROWS: usize = 5;
/// Days of a period from which on a bar of deployments is a week.
const LONG: i64 = 125;

/// A time in which an incident was open.
struct Bar<'a> {
    from: Timestamp,
    to: Timestamp,
    is_open: bool,
    id: Cow<'a, str>,
}

/// Where each row begins, from the top; a row without content is left out.
struct Rows {
    deployments: f64,
    incidents: Option<f64>,
    open: f64,
    notes: Option<f64>,
    bottom: f64,
}

impl Rows {
    fn of(has_incidents: bool, open: usize, has_notes: bool) -> Self {
        let deployments = 10.0;
        let incidents = deployments + DEPLOYMENTS;
        let open_from = incidents + if has_incidents { INCIDENTS } else { 0.0 };
        let notes = open_from + OPEN * open as f64;
        Self {
            deployments,
            incidents: has_incidents.then_some(incidents),
            open: open_from,
            notes: has_notes.then_some(notes),
            bottom: notes + if has_notes { NOTES } else { 4.0 },
        }
    }

    /// With the axis and the legend below.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred pixels")]
    fn height(&self) -> u32 {
        (self.bottom + 66.0) as u32
    }
}

/// What each mark is, below the axis.
fn legend(canvas: &Canvas<'_>, plot: Plot, has_freezes: bool) -> Result<(), ChartError> {
    let y = plot.bottom + 52.0;
    let mut x = plot.left;
    let marks = [
        (BAR, true, "deployments"),
        (ALERT, true, "failed deployments"),
        (MUTED, true, "an incident was open"),
        (ALERT, false, "still open"),
    ];
    let freeze = has_freezes.then_some((RULE, true, "freeze"));
    for (colour, is_filled, text) in marks.into_iter().chain(freeze) {
        canvas.rect((x, y - 5.0), (x + 14.0, y + 5.0), colour, 1.0, is_filled)?;
        canvas.text(text, (x + 20.0, y), (HPos::Left, VPos::Center), SMALL, MUTED)?;
        x += 44.0 + 6.6 * text.len() as f64;
    }
    Ok(())
}

/// What falls into the period.
struct Events<'a> {
    analysis: &'a Analysis,
    /// Days of a bar of deployments.
    step: i64,
    /// All and failed ones, by number of the bar.
    deployments: BTreeMap<i64, (u64, u64)>,
    incidents: Vec<Bar<'a>>,
    notes: Vec<&'a Note>,
    freezes: Vec<&'a Freeze>,
}

impl<'a> Events<'a> {
    fn of(analysis: &'a Analysis, notes: &'a Notes) -> Self {
        let (known, period) = (analysis.known, &analysis.period);
        let step = if (period.to - period.from).num_days() > LONG { 7 } else { 1 };
        let incidents = analysis
            .own_incidents()
            .filter(|record| !record.is_over_without_an_end)
            .map(|record| Bar {
                from: record.event.opened_at.max(known.from),
                to: record.event.resolved_at.unwrap_or(known.to),
                is_open: record.event.resolved_at.is_none(),
                id: record.event.id,
            })
            .filter(|bar| bar.from < bar.to && bar.to > known.from)
            .collect();
        let inside = |day: &chrono::NaiveDate| *day >= period.from && *day < period.to;
        Self {
            analysis,
            step,
            deployments: bars(analysis, step),
            incidents,
            notes: notes.notes.iter().filter(|note| inside(&note.date)).collect(),
            freezes: notes.freezes.iter().filter(|it| it.from < period.to && it.to > period.from).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.deployments.is_empty() && self.incidents.is_empty() && self.notes.is_empty() && self.freezes.is_empty()
    }

    fn open(&self) -> impl Iterator<Item = &Bar<'a>> {
        self.incidents.iter().filter(|bar| bar.is_open)
    }

    fn drawing(&self) -> Result<Drawing, ChartError> {
        let rows = Rows::of(!self.incidents.is_empty(), self.open().count().min(OPEN_ROWS), !self.notes.is_empty());
        let plot = Plot { left: 104.0, top: 10.0, right: 964.0, bottom: rows.bottom };
        let period = &self.analysis.period;
        let days = Days::new(period.from, period.to, plot.left, plot.right);
        draw(WIDE, rows.height(), |canvas| {
            for freeze in &self.freezes {
                let (from, to) = (freeze.from.max(period.from), freeze.to.min(period.to));
                let (left, right) = (days.at(from, 0.0), days.at(to, 0.0).min(plot.right));
                canvas.rect((left, plot.top), (right, plot.bottom), RULE, 1.0, true)?;
            }
            x_days(canvas, plot, days)?;
            self.draw_deployments(canvas, plot, days, &rows)?;
            self.draw_incidents(canvas, plot, days, &rows)?;
            self.draw_notes(canvas, plot, days, &rows)?;
            legend(canvas, plot, !self.freezes.is_empty())
        })
    }

    fn draw_deployments(&self, canvas: &Canvas<'_>, plot: Plot, days: Days, rows: &Rows) -> Result<(), ChartError> {
        name(canvas, "Deployments", rows.deployments, DEPLOYMENTS)?;
        let most = self.deployments.values().map(|bar| bar.0).max().unwrap_or(0).max(1);
        let ground = rows.deployments + DEPLOYMENTS - 4.0;
        let height = |count: u64| TALLEST * count as f64 / most as f64;
        let first = self.analysis.period.from;
        for (bar, (all, failed)) in &self.deployments {
            let edge = |bar: i64| days.at(first + chrono::Duration::days(bar * self.step), 0.0).min(plot.right);
            let (left, right) = (edge(*bar), (edge(bar + 1) - 1.0).max(edge(*bar) + 1.0));
            canvas.rect((left, ground - height(*all)), (right, ground), BAR, 1.0, true)?;
            if *failed > 0 {
                canvas.rect((left, ground - height(*failed)), (right, ground), ALERT, 1.0, true)?;
            }
        }
        let top = (plot.left - 6.0, ground - TALLEST);
        canvas.text(&number::count(most), top, (HPos::Right, VPos::Center), SMALL, MUTED)
    }

    fn draw_incidents(&self, canvas: &Canvas<'_>, plot: Plot, days: Days, rows: &Rows) -> Result<(), ChartError> {
        let zone = self.analysis.settings.zone;
        let x = |at: Timestamp| {
            let day = zone.day_of(at);
            days.at(day, at.since(zone.midnight(day)).as_f64() / 86_400.0).clamp(plot.left, plot.right)
        };
        if let Some(row) = rows.incidents {
            name(canvas, "Incidents", row, INCIDENTS)?;
            let spans = self.incidents.iter().filter(|bar| !bar.is_open).map(|bar| (x(bar.from), x(bar.to)));
            for (left, right) in merged(spans.collect()) {
                canvas.rect((left, row + 6.0), (right, row + 16.0), MUTED, 1.0, true)?;
            }
        }
        for (at, bar) in self.open().enumerate() {
            let row = rows.open + OPEN * at.min(OPEN_ROWS - 1) as f64;
            let (left, right) = (x(bar.from), x(bar.to));
            canvas.rect((left, row + 3.0), (right.max(left + 2.0), row + 13.0), ALERT, 1.0, false)?;
            if at < OPEN_ROWS {
                let id = cut(&bar.id);
                let room = 7.0 * id.chars().count() as f64 + 8.0;
                let (at, side) = if left - plot.left > room {
                    (left - 6.0, HPos::Right)
                } else if plot.right - right > room {
                    (right + 6.0, HPos::Left)
                } else {
                    (left + 6.0, HPos::Left)
                };
                canvas.text(&id, (at, row + 8.0), (side, VPos::Center), 11.0, INK)?;
            }
        }
        Ok(())
    }

    fn draw_notes(&self, canvas: &Canvas<'_>, plot: Plot, days: Days, rows: &Rows) -> Result<(), ChartError> {
        let Some(row) = rows.notes else { return Ok(()) };
        name(canvas, "Notes", row, NOTES)?;
        for (number, note) in self.notes.iter().enumerate() {
            let at = days.at(note.date, 0.5);
            canvas.line(&[(at, plot.top), (at, row + 6.0)], MUTED, 1)?;
            canvas.text(&(number + 1).to_string(), (at, row + 14.0), (HPos::Center, VPos::Center), SMALL, INK)?;
        }
        Ok(())
    }
}

/// The name of a row, on its left.
fn name(canvas: &Canvas<'_>, text: &str, top: f64, height: f64) -> Result<(), ChartError> {
    canvas.text(text, (0.0, top + height / 2.0), (HPos::Left, VPos::Center), 13.0, INK)
}

/// The chart; `None` where neither a deployment nor an incident nor a note falls into the period.
pub fn chart(analysis: &Analysis, notes: &Notes) -> Result<Option<Chart>, ChartError> {
    let events = Events::of(analysis, notes);
    if events.is_empty() {
        return Ok(None);
    }
    let (all, failed) = events.deployments.values().fold((0, 0), |sum, bar| (sum.0 + bar.0, sum.1 + bar.1));
    let said = format!(
        "{}, {} failed; {}, {} still open",
        number::counted(all, "deployment", "deployments"),
        number::count(failed),
        number::counted(events.incidents.len() as u64, "incident", "incidents"),
        number::count(events.open().count() as u64)
    );
    let listed = events.notes.iter().enumerate();
    let listed = listed.map(|(at, note)| vec![format!("Note {}", at + 1), number::date(note.date), note.text.clone()]);
    let freezes =
        events.freezes.iter().map(|it| vec!["Freeze".to_owned(), number::days(it.from, it.to), it.text.clone()]);
    Ok(Some(Chart {
        id: "chart-calendar",
        desc: format!(
            "{said}; {} and {}.",
            number::counted(events.notes.len() as u64, "note", "notes"),
            number::counted(events.freezes.len() as u64, "freeze", "freezes")
        ),
        title: said,
        caption: format!(
            "Top: deployments per {}. Below: the times with an open incident, and one row for each incident that still \
             is.{}",
            if events.step == 1 { "day" } else { "week" },
            if events.notes.is_empty() { "" } else { " Numbers are notes, listed in the table of this chart." }
        ),
        drawing: events.drawing()?,
        points: Points {
            axis: String::new(),
            caption: "Notes and freezes; the deployments and incidents are in the appendix.".to_owned(),
            head: vec!["What", "When", "Text"],
            rows: listed.chain(freezes).collect(),
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
