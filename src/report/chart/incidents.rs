//! Time to restore: every counted incident of the period a dot at its opening, with the rolling median.
//!
//! An open one is a ring at its age at the end of what is known: it will take at least that long.

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

/// How long an incident took, or how old it is.
fn length(record: &IncidentRecord, end: Timestamp) -> (f64, bool) {
    match record.time_to_restore {
        Some(seconds) => (seconds.as_f64(), false),
        None => (end.since(record.event.opened_at).as_f64(), true),
    }
}

/// The chart; `None` where no counted incident was opened in the period and no window has a median.
pub fn chart(analysis: &Analysis, rows: &[DailyRow]) -> Result<Option<Chart>, ChartError> {
    let zone = analysis.settings.zone;
    let opened: Vec<&IncidentRecord> = analysis
        .own_incidents()
        .filter(|record| analysis.known.contains(record.event.opened_at))
        // One that was resolved before it was opened, or is over at an unknown time, has no length to draw.
        .filter(|record| record.time_to_restore.is_some() || record.is_open())
        .collect();
    let shown = opened.get(opened.len().saturating_sub(MOST)..).unwrap_or_default();
    let plot = Plot::USUAL;
    let end = analysis.known.to;
    let values = shown.iter().map(|record| length(record, end).0);
    let medians = rows.iter().filter_map(|row| row.time_to_restore_p50);
    let Some(scale) = Scale::durations(values.chain(medians), plot.bottom, plot.top) else { return Ok(None) };
    let days = Days::new(analysis.period.from, analysis.period.to, plot.left, plot.right);
    let open: Vec<_> = shown.iter().filter(|record| record.time_to_restore.is_none()).collect();
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        zones(canvas, plot, scale, &analysis.settings.bands.time_to_restore)?;
        y_axis(canvas, plot, scale, &scale.lengths(), "Time to restore, log")?;
        x_days(canvas, plot, days)?;
        let at = |record: &IncidentRecord, seconds: f64| {
            let day = zone.day_of(record.event.opened_at);
            let part = record.event.opened_at.since(zone.midnight(day)).as_f64() / 86_400.0;
            (days.at(day, part), scale.at(seconds))
        };
        for record in shown {
            let (seconds, open) = length(record, end);
            let colour = if open { ALERT } else { BAR };
            canvas.circle(at(record, seconds), if open { 8 } else { 6 }, colour, !open)?;
        }
        let named: Vec<_> = telling(shown, end)
            .into_iter()
            .map(|record| (at(record, length(record, end).0), cut(&record.event.id)))
            .collect();
        let dots: Vec<_> = shown.iter().map(|record| at(record, length(record, end).0)).collect();
        names(canvas, plot, &named, &dots)?;
        let last = rows.iter().rev().find_map(|row| row.time_to_restore_p50).map(number::duration);
        let median = daily_line(canvas, rows, days, scale, LINE, |row| row.time_to_restore_p50)?;
        let oldest = open.iter().map(|record| at(record, length(record, end).0).1).reduce(f64::min);
        let age = open.iter().map(|record| length(record, end).0).reduce(f64::max);
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
        title: title(&opened, end),
        desc: describe(&opened, end, rows),
        caption: caption(analysis, opened.len() - shown.len(), rows),
        drawing,
        points: points(rows, axis(plot, &analysis.period, rows)),
    }))
}

/// The incidents that are named: the open ones, the oldest first, then the outliers, the longest first.
fn telling<'a>(shown: &[&'a IncidentRecord], end: Timestamp) -> Vec<&'a IncidentRecord> {
    let mut resolved: Vec<f64> = shown.iter().filter_map(|it| Some(it.time_to_restore?.as_f64())).collect();
    let median = crate::metrics::statistics::median(&mut resolved).unwrap_or(f64::INFINITY);
    let is_telling = |it: &&&IncidentRecord| it.time_to_restore.is_none_or(|it| it.as_f64() > OUTLIER * median);
    let mut found: Vec<&IncidentRecord> = shown.iter().filter(is_telling).copied().collect();
    found.sort_by(|a, b| {
        let key = |it: &IncidentRecord| (it.time_to_restore.is_some(), length(it, end).0);
        key(a).0.cmp(&key(b).0).then(key(b).1.total_cmp(&key(a).1))
    });
    found.truncate(NAMED);
    found
}

fn title(opened: &[&IncidentRecord], end: Timestamp) -> String {
    let n = number::counted(opened.len() as u64, "incident", "incidents");
    let open = opened.iter().filter(|it| it.time_to_restore.is_none());
    match open.clone().map(|it| length(it, end).0).reduce(f64::max) {
        None => format!("{n} opened, none of them still open"),
        Some(age) => format!(
            "{n} opened, {} still open, the oldest for {}",
            number::count(open.count() as u64),
            number::duration(age)
        ),
    }
}

fn describe(opened: &[&IncidentRecord], end: Timestamp, rows: &[DailyRow]) -> String {
    let resolved = opened.iter().filter(|record| record.time_to_restore.is_some());
    let longest = resolved.clone().map(|record| length(record, end).0).reduce(f64::max);
    let open = opened.iter().filter(|record| record.time_to_restore.is_none());
    let mut text =
        vec![format!("{} opened in the period", number::counted(opened.len() as u64, "incident", "incidents"))];
    if let Some(longest) = longest {
        text.push(format!(
            ", {} of them resolved, the longest after {}",
            number::count(resolved.count() as u64),
            number::duration(longest)
        ));
    }
    match open.clone().map(|record| length(record, end).0).reduce(f64::max) {
        Some(age) => text.push(format!(
            "; {} still open, the oldest for at least {}.",
            number::count(open.count() as u64),
            number::duration(age)
        )),
        None => text.push("; none of them is open.".to_owned()),
    }
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
