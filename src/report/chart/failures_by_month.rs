//! Change failure rate by calendar month: a dot with its Wilson interval, and k of n beside it.

use super::canvas::{HPos, VPos, draw};
use super::frame::{Plot, SMALL, WIDTH, y_axis};
use super::palette::{INK, LINE, MUTED};
use super::scale::{Scale, percents, round_steps};
use super::{Chart, ChartError, Points, or_no_data};
use crate::metrics::tables::MonthlyFailures;
use crate::report::number;

const HEIGHT: u32 = 250;
/// More months than this leave no room for k of n beside each dot; the table still has them.
const ROOM: usize = 13;

/// The chart; `None` where fewer than two months have a ratio.
pub fn chart(months: &[MonthlyFailures]) -> Result<Option<Chart>, ChartError> {
    let known: Vec<_> =
        months.iter().map(|month| (month.from, Some(&month.figure).filter(|figure| figure.value.is_some()))).collect();
    if known.iter().filter(|(_, figure)| figure.is_some()).count() < 2 {
        return Ok(None);
    }
    let plot = Plot { left: 46.0, top: 26.0, right: 470.0, bottom: 206.0 };
    let highest = known.iter().filter_map(|(_, figure)| Some(figure.as_ref()?.ci95?.high)).fold(0.05, f64::max);
    let (top, steps) = round_steps(highest);
    let steps: Vec<f64> = steps.into_iter().filter(|step| *step <= 1.0 + 1e-9).collect();
    let scale = Scale::linear(top.min(1.0), plot.bottom, plot.top);
    let width = (plot.right - plot.left) / known.len() as f64;
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        y_axis(canvas, plot, scale, &percents(&steps), "Failed of all, with 95 % interval")?;
        canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], MUTED, 1)?;
        for (at, (from, figure)) in known.iter().enumerate() {
            let x = plot.left + (at as f64 + 0.5) * width;
            let label = from.format(if known.len() > ROOM { "%m" } else { "%b" }).to_string();
            canvas.text(&label, (x, plot.bottom + 6.0), (HPos::Center, VPos::Top), SMALL, MUTED)?;
            let Some(figure) = figure else {
                if known.len() <= ROOM {
                    canvas.text("no data", (x, plot.bottom + 22.0), (HPos::Center, VPos::Top), 11.0, MUTED)?;
                }
                continue;
            };
            if let Some(interval) = figure.ci95 {
                let (high, low) = (scale.at(interval.high), scale.at(interval.low));
                canvas.line(&[(x, high), (x, low)], LINE, 2)?;
                canvas.line(&[(x - 4.0, high), (x + 4.0, high)], LINE, 2)?;
                canvas.line(&[(x - 4.0, low), (x + 4.0, low)], LINE, 2)?;
            }
            if let Some(ratio) = figure.value {
                canvas.circle((x, scale.at(ratio)), 8, LINE, true)?;
            }
            if known.len() <= ROOM {
                let text = format!("{}/{}", number::count(figure.k.unwrap_or(0)), number::count(figure.n));
                canvas.text(&text, (x, plot.bottom + 22.0), (HPos::Center, VPos::Top), 11.0, INK)?;
            }
        }
        Ok(())
    })?;
    let rows: Vec<Vec<String>> = months
        .iter()
        .zip(&known)
        .map(|(month, (_, figure))| {
            let head = month.from.format("%b %Y").to_string();
            let Some(figure) = figure else {
                let why = if month.figure.missing.is_none() { "no deployments" } else { "no data" };
                return vec![head, why.to_owned(), "no data".to_owned()];
            };
            vec![
                head,
                or_no_data(figure.value.map(|ratio| number::share(ratio, figure.k.unwrap_or(0), figure.n))),
                or_no_data(figure.ci95.map(number::percent_interval)),
            ]
        })
        .collect();
    let said: Vec<String> = rows.iter().filter_map(|row| Some(format!("{} {}", row.first()?, row.get(1)?))).collect();
    Ok(Some(Chart {
        id: "chart-failures-by-month",
        title: title(months),
        desc: format!("Failed deployments by month: {}.", said.join("; ")),
        caption: "A dot is the month's rate, the line its Wilson 95 % interval; below it, failed/all \
                  deployments. Intervals that overlap much are no evidence of a change."
            .to_owned(),
        drawing,
        points: Points {
            axis: String::new(),
            caption: "All months of the period.".to_owned(),
            head: vec!["Month", "Rate", "95 % interval"],
            rows,
        },
    }))
}

/// `By month: Jul 7 % (5 of 71), Aug 6.4 % (3 of 47)`; of more than three months the range.
fn title(months: &[MonthlyFailures]) -> String {
    let known: Vec<_> = months.iter().filter_map(|month| Some((month, month.figure.value?))).collect();
    let ratios = || known.iter().map(|(_, ratio)| *ratio);
    let (low, high) = (ratios().fold(f64::INFINITY, f64::min), ratios().fold(0.0, f64::max));
    if known.len() > 3 {
        return format!("By month, {} to {} of the deployments failed", number::percent(low), number::percent(high));
    }
    let each = known.iter().map(|(month, ratio)| {
        let share = number::share(*ratio, month.figure.k.unwrap_or(0), month.figure.n);
        format!("{} {share}", month.from.format("%b"))
    });
    format!("By month: {}", each.collect::<Vec<_>>().join(", "))
}
