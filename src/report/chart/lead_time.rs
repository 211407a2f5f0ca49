//! Lead time: rolling median and 90th percentile on a logarithmic scale, over the zones of the bands.

use super::canvas::draw;
use super::frame::{EndLabel, HEIGHT, Plot, WIDTH, axis, daily_line, end_labels, headline, x_days, y_axis, zones};
use super::palette::{BAR, LINE};
use super::scale::{Days, Scale};
use super::{Chart, ChartError, Points, course, ended, notes, or_no_data, weekly};
use crate::domain::band::Bands;
use crate::domain::period::Period;
use crate::metrics::tables::DailyRow;
use crate::report::number;

/// The chart; `None` where no day has a value.
pub fn chart(rows: &[DailyRow], period: &Period, window: u32, bands: &Bands) -> Result<Option<Chart>, ChartError> {
    let Some(found) = course(rows, |row| row.lead_time_p50, number::duration) else { return Ok(None) };
    let plot = Plot::USUAL;
    let values = rows.iter().flat_map(|row| [row.lead_time_p50, row.lead_time_p90]).flatten();
    let Some(scale) = Scale::durations(values, plot.bottom, plot.top) else { return Ok(None) };
    let days = Days::new(period.from, period.to, plot.left, plot.right);
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        zones(canvas, plot, scale, &bands.lead_time)?;
        y_axis(canvas, plot, scale, &scale.lengths(), "Lead time, log")?;
        x_days(canvas, plot, days)?;
        let slow = daily_line(canvas, rows, days, scale, BAR, |row| row.lead_time_p90)?;
        let median = daily_line(canvas, rows, days, scale, LINE, |row| row.lead_time_p50)?;
        let last = |value: fn(&DailyRow) -> Option<f64>| rows.iter().rev().find_map(value).map(number::duration);
        let slow = slow.zip(last(|row| row.lead_time_p90)).map(|((_, y), value)| EndLabel {
            y,
            colour: BAR,
            name: "p90".to_owned(),
            value,
            ring: false,
        });
        let labels = headline(median, &format!("last {window} days"), last(|row| row.lead_time_p50))
            .into_iter()
            .chain(slow)
            .collect();
        end_labels(canvas, plot, labels)
    })?;
    let zones = if bands.lead_time.0.is_empty() {
        String::new()
    } else {
        format!(" Zones are the bands of the median by the edition “{}”.", bands.edition)
    };
    let points = Points {
        axis: axis(plot, period, rows),
        caption: "Every seventh day, and the last: the figures of the window that ends with it.".to_owned(),
        head: vec!["Day", "Median", "90th percentile", "Deployments with a lead time"],
        rows: weekly(rows)
            .map(|row| {
                vec![
                    number::date(row.date),
                    or_no_data(row.lead_time_p50.map(number::duration)),
                    or_no_data(row.lead_time_p90.map(number::duration)),
                    or_no_data(row.lead_time_n.map(|n| number::count(n.into()))),
                ]
            })
            .collect(),
    };
    Ok(Some(Chart {
        id: "chart-lead-time",
        title: ended("Median lead time", window, rows, |row| row.lead_time_p50, number::duration),
        desc: format!(
            "Rolling {window}-day median lead time: {found}. 90th percentile: {}.",
            or_no_data(course(rows, |row| row.lead_time_p90, number::duration))
        ),
        caption: format!(
            "Solid: the median of the {window} days that end with each day. Dashed: nine of ten deployments were faster.{zones}{}",
            notes(rows, |row| row.lead_time_p50)
        ),
        drawing,
        points,
    }))
}
