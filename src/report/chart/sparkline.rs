//! A daily series as a tiny line without axes: at most forty points, each a week or more apart, the last a dot.

use super::canvas::draw;
use super::palette::LINE;
use super::scale::Scale;
use super::{ChartError, Drawing, segments, weekly};
use crate::metrics::tables::DailyRow;

const WIDTH: u32 = 110;
const HEIGHT: u32 = 24;
const POINTS: usize = 40;

/// How values become heights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// From zero.
    FromZero,
    /// Logarithmic, for durations.
    Logarithmic,
}

/// The line; `None` where fewer than two of its days have a value.
pub fn draw_line(
    rows: &[DailyRow],
    spread: Spread,
    value: impl Fn(&DailyRow) -> Option<f64>,
) -> Result<Option<Drawing>, ChartError> {
    let weeks: Vec<&DailyRow> = weekly(rows).collect();
    let step = weeks.len().div_ceil(POINTS).max(1);
    // Counted back from the last, which is always there.
    let mut series: Vec<Option<f64>> = weeks.into_iter().rev().step_by(step).map(value).collect();
    series.reverse();
    let known: Vec<f64> = series.iter().flatten().copied().filter(|value| value.is_finite()).collect();
    if known.len() < 2 {
        return Ok(None);
    }
    let (from, to) = (f64::from(HEIGHT) - 3.0, 3.0);
    let scale = match spread {
        Spread::FromZero => Scale::linear(known.iter().copied().fold(0.0, f64::max), from, to),
        Spread::Logarithmic => match Scale::tight(known.iter().copied(), from, to) {
            Some(scale) => scale,
            None => return Ok(None),
        },
    };
    let step = (f64::from(WIDTH) - 8.0) / (series.len() - 1).max(1) as f64;
    let points = series.iter().enumerate().map(|(at, value)| {
        let x = 4.0 + at as f64 * step;
        (x, value.map(|value| scale.at(value)))
    });
    draw(WIDTH, HEIGHT, |canvas| {
        let lines = segments(points);
        for line in &lines {
            canvas.line(line, LINE, 2)?;
        }
        match lines.last().and_then(|line| line.last()) {
            Some(&end) => canvas.circle(end, 4, LINE, true),
            None => Ok(()),
        }
    })
    .map(Some)
}
