//! Time to restore: every counted incident of the period a dot at its opening, with the rolling median.
//!
//! An open one is a ring at its age at the end of what is known: it will take at least that long.

use std::borrow::Cow;

use super::canvas::draw;
use super::frame::{EndLabel, HEIGHT, Plot, WIDTH, axis, daily_line, end_labels, headline, x_days, y_axis, zones};
use super::labels::{cut, names};
use super::palette::{ALERT, BAR, LINE};
use super::scale::{Days, Scale};
use super::{Chart, ChartError, Points, or_no_data, weekly};
use crate::domain::time::Timestamp;
use crate::metrics::tables::{Analysis, DailyRow, IncidentRecord};
use crate::report::number;

/// More dots would make the page heavy and the chart unreadable: only the newest are drawn, with a note.
const MOST: usize = 1_000;

/// Incidents whose ids stand beside their dots: the oldest open ones, then the longest of the others.
const NAMED: usize = 6;
/// An incident that took this many times the median is an outlier.
const OUTLIER: f64 = 8.0;

/// An incident as it is drawn.
struct Dot<'a> {
    id: Cow<'a, str>,
    opened_at: Timestamp,
    /// Seconds that it took, or its age.
    length: f64,
    is_open: bool,
}

impl<'a> Dot<'a> {
    /// One that was resolved before it was opened, or is over at an unknown time, has no length to draw.
    fn of(record: IncidentRecord<'a>, end: Timestamp) -> Option<Self> {
        let is_open = record.time_to_restore.is_none();
        if is_open && !record.is_open() {
            return None;
        }
        let length = record.time_to_restore.unwrap_or_else(|| end.since(record.event.opened_at)).as_f64();
        Some(Self { id: record.event.id, opened_at: record.event.opened_at, length, is_open })
    }
}

/// The chart; `None` where no counted incident was opened in the period and no window has a median.
pub fn chart(analysis: &Analysis, rows: &[DailyRow]) -> Result<Option<Chart>, ChartError> {
    let zone = analysis.settings.zone;
    let end = analysis.known.to;
    let opened: Vec<Dot<'_>> = analysis
        .own_incidents()
        .filter(|record| analysis.known.contains(record.event.opened_at))
        .filter_map(|record| Dot::of(record, end))
        .collect();
    let shown = opened.get(opened.len().saturating_sub(MOST)..).unwrap_or_default();
    let plot = Plot::USUAL;
    let values = shown.iter().map(|dot| dot.length);
    let medians = rows.iter().filter_map(|row| row.time_to_restore_p50);
    let Some(scale) = Scale::durations(values.chain(medians), plot.bottom, plot.top) else { return Ok(None) };
    let days = Days::new(analysis.period.from, analysis.period.to, plot.left, plot.right);
    let open = || shown.iter().filter(|dot| dot.is_open);
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        zones(canvas, plot, scale, &analysis.settings.bands.time_to_restore)?;
        y_axis(canvas, plot, scale, &scale.lengths(), "Time to restore, log")?;
        x_days(canvas, plot, days)?;
        let at = |dot: &Dot<'_>| {
            let day = zone.day_of(dot.opened_at);
            let part = dot.opened_at.since(zone.midnight(day)).as_f64() / 86_400.0;
            (days.at(day, part), scale.at(dot.length))
        };
        for dot in shown {
            let colour = if dot.is_open { ALERT } else { BAR };
            canvas.circle(at(dot), if dot.is_open { 8 } else { 6 }, colour, !dot.is_open)?;
        }
        let named: Vec<_> = telling(shown).into_iter().map(|dot| (at(dot), cut(&dot.id))).collect();
        let dots: Vec<_> = shown.iter().map(at).collect();
        names(canvas, plot, &named, &dots)?;
        let last = rows.iter().rev().find_map(|row| row.time_to_restore_p50).map(number::duration);
        let median = daily_line(canvas, rows, days, scale, LINE, |row| row.time_to_restore_p50)?;
        let oldest = open().map(|dot| at(dot).1).reduce(f64::min);
        let age = open().map(|dot| dot.length).reduce(f64::max);
        let label = oldest.zip(age).map(|(y, age)| EndLabel {
            y,
            colour: ALERT,
            name: "open".to_owned(),
            value: format!("\u{2265} {}", number::duration(age)),
            ring: true,
        });
        end_labels(
            canvas,
            plot,
            headline(median, &format!("last {} days", analysis.settings.window_days), last)
                .into_iter()
                .chain(label)
                .collect(),
        )
    })?;
    Ok(Some(Chart {
        id: "chart-incidents",
        title: title(&opened),
        desc: describe(&opened, rows),
        caption: caption(analysis, opened.len() - shown.len(), rows),
        drawing,
        points: points(rows, axis(plot, &analysis.period, rows)),
    }))
}

/// The incidents that are named: the open ones, the oldest first, then the outliers, the longest first.
fn telling<'d, 'a>(shown: &'d [Dot<'a>]) -> Vec<&'d Dot<'a>> {
    let mut resolved: Vec<f64> = shown.iter().filter(|dot| !dot.is_open).map(|dot| dot.length).collect();
    let median = crate::metrics::statistics::median(&mut resolved).unwrap_or(f64::INFINITY);
    let is_telling = |dot: &&Dot<'_>| dot.is_open || dot.length > OUTLIER * median;
    let mut found: Vec<&Dot<'_>> = shown.iter().filter(is_telling).collect();
    found.sort_by(|a, b| b.is_open.cmp(&a.is_open).then(b.length.total_cmp(&a.length)));
    found.truncate(NAMED);
    found
}

/// How many are open, and the age of the oldest.
fn still_open(opened: &[Dot<'_>]) -> Option<(String, String)> {
    let open = || opened.iter().filter(|dot| dot.is_open);
    let age = open().map(|dot| dot.length).reduce(f64::max)?;
    Some((number::count(open().count() as u64), number::duration(age)))
}

fn title(opened: &[Dot<'_>]) -> String {
    let n = number::counted(opened.len() as u64, "incident", "incidents");
    match still_open(opened) {
        None => format!("{n} opened, none of them still open"),
        Some((open, age)) => format!("{n} opened, {open} still open, the oldest for {age}"),
    }
}

fn describe(opened: &[Dot<'_>], rows: &[DailyRow]) -> String {
    let resolved = || opened.iter().filter(|dot| !dot.is_open);
    let mut text =
        vec![format!("{} opened in the period", number::counted(opened.len() as u64, "incident", "incidents"))];
    if let Some(longest) = resolved().map(|dot| dot.length).reduce(f64::max) {
        text.push(format!(
            ", {} of them resolved, the longest after {}",
            number::count(resolved().count() as u64),
            number::duration(longest)
        ));
    }
    text.push(match still_open(opened) {
        Some((open, age)) => format!("; {open} still open, the oldest for at least {age}."),
        None => "; none of them is open.".to_owned(),
    });
    if let Some(found) = super::course(rows, |row| row.time_to_restore_p50, number::duration) {
        text.push(format!(" Rolling median: {found}."));
    }
    text.concat()
}

fn caption(analysis: &Analysis, left_out: usize, rows: &[DailyRow]) -> String {
    let mut text = vec![
        "A dot is an incident, at the day it began; a ring is one still open, at the age it has reached (it \
                    will take at least that long). Ids name the open ones and those that took more than 8 times the median. \
                    The line is the median of those resolved in the window."
            .to_owned(),
    ];
    if !analysis.settings.bands.time_to_restore.0.is_empty() {
        text.push(format!(" Zones are the bands of the median by the edition “{}”.", analysis.settings.bands.edition));
    }
    if left_out > 0 {
        text.push(format!(
            " The newest {} are drawn; {} older ones are in incidents.csv.",
            number::count(MOST as u64),
            number::count(left_out as u64)
        ));
    }
    text.push(super::notes(rows, |row| row.time_to_restore_p50));
    text.concat()
}

fn points(rows: &[DailyRow], axis: String) -> Points {
    Points {
        axis,
        caption: "Every seventh day, and the last: the figures of the window that ends with it. The incidents \
                  themselves are in the appendix."
            .to_owned(),
        head: vec!["Day", "Median", "90th percentile", "Opened", "Resolved", "Open at its end"],
        rows: weekly(rows)
            .map(|row| {
                let count = |value: Option<u32>| or_no_data(value.map(|count| number::count(count.into())));
                vec![
                    number::date(row.date),
                    or_no_data(row.time_to_restore_p50.map(number::duration)),
                    or_no_data(row.time_to_restore_p90.map(number::duration)),
                    count(row.incidents_opened),
                    count(row.incidents_resolved),
                    count(row.incidents_open),
                ]
            })
            .collect(),
    }
}
