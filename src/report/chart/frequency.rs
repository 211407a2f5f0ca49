//! Deployment frequency: the rolling rate as a line over the weeks' own counts as bars.
//!
//! One scale serves both, for one a day is seven a week: read the line on the left, the bars on the right.
//! Weeks begin on Monday; the part of a week at either end, and a week with a day not read, is an outline, or a gap.

use chrono::{Datelike, Days as Step, NaiveDate};

use super::canvas::{HPos, VPos, draw};
use super::frame::{COLUMN, HEIGHT, Plot, SMALL, WIDTH, axis, daily_line, end_labels, headline, x_days, y_axis};
use super::palette::{BAR, LINE, MUTED};
use super::scale::{Days, Scale, round_steps, ticks};
use super::{Chart, ChartError, Points, course, ended, notes, or_no_data, weekly};
use crate::domain::period::Period;
use crate::metrics::tables::DailyRow;
use crate::report::number;

/// The deployments of one week, as far as it lies in the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Week {
    from: NaiveDate,
    days: u32,
    /// `None` where a day of it was not read.
    deployments: Option<u32>,
    /// Fewer than seven days, or one that is not over.
    partial: bool,
}

fn weeks(rows: &[DailyRow]) -> Vec<Week> {
    let mut all: Vec<Week> = Vec::new();
    for row in rows {
        match all.last_mut() {
            Some(week) if row.date.weekday() != chrono::Weekday::Mon => {
                week.days += 1;
                week.deployments = week.deployments.zip(row.deployments_on_day).map(|(sum, more)| sum + more);
                week.partial |= row.partial;
            }
            _ => all.push(Week { from: row.date, days: 1, deployments: row.deployments_on_day, partial: row.partial }),
        }
    }
    for week in &mut all {
        week.partial |= week.days < 7;
    }
    all
}

/// The chart; `None` where no day has a value.
pub fn chart(rows: &[DailyRow], period: &Period, window: u32) -> Result<Option<Chart>, ChartError> {
    let Some(found) = course(rows, |row| row.deployments_per_day, number::rate) else { return Ok(None) };
    let weeks = weeks(rows);
    let of_weeks = weeks.iter().filter_map(|week| week.deployments).map(|sum| f64::from(sum) / 7.0);
    let highest = rows.iter().filter_map(|row| row.deployments_per_day).chain(of_weeks).fold(0.0, f64::max);
    let (top, steps) = round_steps(highest);
    let plot = Plot::USUAL;
    let scale = Scale::linear(top, plot.bottom, plot.top);
    let days = Days::new(period.from, period.to, plot.left, plot.right);
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        y_axis(canvas, plot, scale, &ticks(&steps, number::decimal), "Line: a day")?;
        canvas.text("Bars: a week", (plot.right + COLUMN, 2.0), (HPos::Right, VPos::Top), SMALL, MUTED)?;
        for &step in &steps {
            let text = number::decimal(step * 7.0);
            canvas.text(&text, (plot.right + 6.0, scale.at(step)), (HPos::Left, VPos::Center), SMALL, MUTED)?;
        }
        for week in &weeks {
            let Some(sum) = week.deployments.filter(|sum| *sum > 0) else { continue };
            let to = week.from.checked_add_days(Step::new(week.days.into())).unwrap_or(week.from);
            let (left, right) = (days.at(week.from, 0.0), days.at(to, 0.0));
            let inset = ((right - left) * 0.12).min(2.0);
            let (left, right, y) = (left + inset, right - inset, scale.at(f64::from(sum) / 7.0));
            // Pale, so that the line stands out on it; a week that is cut short is an outline.
            if week.partial {
                canvas.rect((left, y), (right, plot.bottom), BAR, 1.0, false)?;
            } else {
                canvas.rect((left, y), (right, plot.bottom), BAR, 0.45, true)?;
            }
        }
        x_days(canvas, plot, days)?;
        let end = daily_line(canvas, rows, days, scale, LINE, |row| row.deployments_per_day)?;
        let last = rows.iter().rev().find_map(|row| row.deployments_per_day).map(number::rate);
        end_labels(canvas, plot, headline(end, &format!("last {window} days"), last).into_iter().collect())
    })?;
    let points = Points {
        axis: axis(plot, period, rows),
        caption: "Every seventh day, and the last: the rate of the window that ends with it.".to_owned(),
        head: vec!["Day", "Deployments in the window", "Rate", "On the day itself"],
        rows: weekly(rows)
            .map(|row| {
                vec![
                    number::date(row.date),
                    or_no_data(row.deployments.map(|count| number::count(count.into()))),
                    or_no_data(row.deployments_per_day.map(number::rate)),
                    or_no_data(row.deployments_on_day.map(|count| number::count(count.into()))),
                ]
            })
            .collect(),
    };
    Ok(Some(Chart {
        id: "chart-frequency",
        title: ended("Deployments", window, rows, |row| row.deployments_per_day, number::rate),
        desc: format!("Rolling {window}-day rate of deployments: {found}."),
        caption: format!(
            "Line: deployments a day, over the {window} days up to each day. Bar: number of deployments in one week, from \
             Monday. Outlined bar: a partial week.{}",
            notes(rows, |row| row.deployments_per_day)
        ),
        drawing,
        points,
    }))
}
