//! Change failure rate: the rolling rate as a line inside its interval, over the zones of the bands.

use super::canvas::draw;
use super::frame::{HEIGHT, Plot, WIDTH, axis, daily_line, end_labels, headline, x_days, y_axis, zones};
use super::palette::LINE;
use super::scale::{Days, Scale, percents, round_steps};
use super::{Chart, ChartError, Points, course, ended, notes, or_no_data, segments, weekly};
use crate::domain::band::Bands;
use crate::domain::period::Period;
use crate::domain::unit::Interval;
use crate::metrics::statistics::wilson;
use crate::metrics::tables::DailyRow;
use crate::report::number;

/// The chart; `None` where no day has a value.
pub fn chart(rows: &[DailyRow], period: &Period, window: u32, bands: &Bands) -> Result<Option<Chart>, ChartError> {
    let Some(found) = course(rows, |row| row.change_failure_rate, number::percent) else { return Ok(None) };
    let plot = Plot::USUAL;
    let highest = rows.iter().filter_map(|row| Some(interval(row)?.high)).fold(0.05, f64::max);
    let (top, steps) = round_steps(highest);
    let scale = Scale::linear(top.min(1.0), plot.bottom, plot.top);
    let days = Days::new(period.from, period.to, plot.left, plot.right);
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        zones(canvas, plot, scale, &bands.change_failure_rate)?;
        y_axis(canvas, plot, scale, &percents(&steps), "Failed of all")?;
        x_days(canvas, plot, days)?;
        for (upper, lower) in intervals(rows, days, scale) {
            canvas.area(&upper, &lower, LINE, 0.15)?;
        }
        let end = daily_line(canvas, rows, days, scale, LINE, |row| row.change_failure_rate)?;
        let last = rows.iter().rev().find_map(|row| row.change_failure_rate).map(number::percent);
        end_labels(canvas, plot, headline(end, &format!("last {window} days"), last).into_iter().collect())
    })?;
    let zones = if bands.change_failure_rate.0.is_empty() {
        String::new()
    } else {
        format!(" Zones are the bands by the edition “{}”.", bands.edition)
    };
    let points = Points {
        axis: axis(plot, period, rows),
        caption: "Every seventh day, and the last: the figures of the window that ends with it.".to_owned(),
        head: vec!["Day", "Rate", "Failed", "Deployments"],
        rows: weekly(rows)
            .map(|row| {
                let count = |value: Option<u32>| or_no_data(value.map(|count| number::count(count.into())));
                vec![
                    number::date(row.date),
                    or_no_data(row.change_failure_rate.map(number::percent)),
                    count(row.failed_deployments),
                    count(row.deployments),
                ]
            })
            .collect(),
    };
    Ok(Some(Chart {
        id: "chart-failure-rate",
        title: ended("Change failure rate", window, rows, |row| row.change_failure_rate, number::percent),
        desc: format!("Rolling {window}-day change failure rate: {found}."),
        caption: format!(
            "Line: of the deployments in the {window} days up to each day, the share that was known on that day to \
             have failed. Area: its 95 % interval.{zones}{}",
            notes(rows, |row| row.change_failure_rate)
        ),
        drawing,
        points,
    }))
}

/// Points on the canvas.
type Line = Vec<(f64, f64)>;

/// The interval of a day's rate; none where the day has no rate.
fn interval(row: &DailyRow) -> Option<Interval> {
    row.change_failure_rate?;
    wilson(row.failed_deployments?.into(), row.deployments?.into())
}

/// Upper and lower line of the intervals, split where days have none.
fn intervals(rows: &[DailyRow], days: Days, scale: Scale) -> Vec<(Line, Line)> {
    let side = |end: fn(Interval) -> f64| {
        segments(rows.iter().map(|row| (days.at(row.date, 0.5), interval(row).map(|it| scale.at(end(it))))))
    };
    side(|it| it.high).into_iter().zip(side(|it| it.low)).collect()
}
