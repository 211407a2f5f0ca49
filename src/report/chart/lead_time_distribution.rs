//! Lead time: how the deployments of the period spread, in bins of a logarithmic scale.
//!
//! Edges fall exactly on an hour, a day, a week and a month; between those they keep the ratio near two.

use super::canvas::{HPos, VPos, draw};
use super::frame::{Plot, SMALL, WIDTH, y_axis};
use super::palette::{INK, LINE, MUTED};
use super::scale::{Scale, round_steps, ticks};
use super::{Chart, ChartError, Points};
use crate::metrics::tables::DeploymentRecords;
use crate::report::number;

const HEIGHT: u32 = 250;
/// A named edge in seconds, and into how many bins the stretch up to the next is cut.
const EDGES: [(f64, &str, u32); 7] = [
    (60.0, "1 min", 3),
    (600.0, "10 min", 2),
    (3_600.0, "1 h", 4),
    (86_400.0, "1 d", 3),
    (604_800.0, "1 w", 2),
    (2_592_000.0, "1 mo", 4),
    (31_536_000.0, "1 y", 0),
];

#[derive(Debug, Clone, PartialEq)]
struct Bin {
    from: f64,
    to: f64,
    count: u64,
    /// The name of its lower edge, where that has one.
    edge: Option<&'static str>,
}

/// All bins, counted; the first holds what is shorter than a minute, the last what is longer than a year.
fn bins(seconds: &[f64]) -> Vec<Bin> {
    let mut all = vec![Bin { from: 0.0, to: EDGES[0].0, count: 0, edge: None }];
    for pair in EDGES.windows(2) {
        let [(low, label, parts), (high, ..)] = pair else { continue };
        let ratio = (high / low).powf(1.0 / f64::from(*parts));
        for part in 0..*parts {
            let from = low * ratio.powi(part.cast_signed());
            let to = if part + 1 == *parts { *high } else { from * ratio };
            all.push(Bin { from, to, count: 0, edge: (part == 0).then_some(*label) });
        }
    }
    if let Some((from, label, _)) = EDGES.last() {
        all.push(Bin { from: *from, to: f64::INFINITY, count: 0, edge: Some(label) });
    }
    for &length in seconds {
        if let Some(bin) = all.iter_mut().find(|bin| bin.from <= length && length < bin.to) {
            bin.count += 1;
        }
    }
    all
}

/// The stretch of bins from the first to the last that holds anything, and one more on either side.
fn used(bins: &[Bin]) -> &[Bin] {
    let first = bins.iter().position(|bin| bin.count > 0).unwrap_or(0).saturating_sub(1);
    let last = bins.iter().rposition(|bin| bin.count > 0).unwrap_or(0);
    bins.get(first..(last + 2).min(bins.len())).unwrap_or(bins)
}

/// The chart; `None` where no deployment of the period has a lead time.
pub fn chart(deployments: &DeploymentRecords) -> Result<Option<Chart>, ChartError> {
    let seconds: Vec<f64> = deployments
        .iter()
        .filter(|record| record.in_period && record.left_out.is_none())
        .filter_map(|record| Some(record.lead_time?.as_f64()))
        .collect();
    if seconds.is_empty() {
        return Ok(None);
    }
    let all = bins(&seconds);
    let shown = used(&all);
    let plot = Plot { left: 40.0, top: 26.0, right: 470.0, bottom: 216.0 };
    let (top, steps) = round_steps(shown.iter().map(|bin| bin.count as f64).fold(0.0, f64::max));
    let scale = Scale::linear(top, plot.bottom, plot.top);
    let width = ((plot.right - plot.left) / shown.len() as f64).min(64.0);
    let steps: Vec<f64> = steps.into_iter().filter(|step| step.fract() == 0.0).collect();
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        y_axis(canvas, plot, scale, &ticks(&steps, number::decimal), "Deployments")?;
        for (at, bin) in shown.iter().enumerate() {
            let left = plot.left + at as f64 * width;
            if bin.count > 0 {
                let y = scale.at(bin.count as f64);
                canvas.rect((left + 1.0, y), (left + width - 1.0, plot.bottom), LINE, 1.0, true)?;
                let above = (left + width / 2.0, y - 2.0);
                canvas.text(&number::count(bin.count), above, (HPos::Center, VPos::Bottom), 11.0, INK)?;
            }
            if let Some(edge) = bin.edge {
                canvas.line(&[(left, plot.bottom), (left, plot.bottom + 5.0)], MUTED, 1)?;
                canvas.text(edge, (left, plot.bottom + 8.0), (HPos::Center, VPos::Top), SMALL, MUTED)?;
            }
        }
        canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], MUTED, 1)
    })?;
    let total = seconds.len() as f64;
    let below = |limit: f64| seconds.iter().filter(|length| **length < limit).count() as f64 / total;
    let rows = shown
        .iter()
        .filter(|bin| bin.count > 0)
        .map(|bin| {
            let range = if bin.to.is_finite() {
                format!("{} to {}", number::duration(bin.from), number::duration(bin.to))
            } else {
                format!("{} and more", number::duration(bin.from))
            };
            vec![range, number::count(bin.count), number::percent(bin.count as f64 / total)]
        })
        .collect();
    Ok(Some(Chart {
        id: "chart-lead-time-distribution",
        title: format!("{} of the lead times are below a day", number::percent(below(86_400.0))),
        desc: format!(
            "Of {} lead times {} are below an hour, {} below a day, {} below a week and {} below a month.",
            number::count(seconds.len() as u64),
            number::percent(below(3_600.0)),
            number::percent(below(86_400.0)),
            number::percent(below(604_800.0)),
            number::percent(below(2_592_000.0))
        ),
        caption: "Each bar counts the deployments of the period whose lead time falls into its bin; bins widen with \
                  time, a month is 30 days."
            .to_owned(),
        drawing,
        points: Points {
            axis: String::new(),
            caption: "All bins that hold a deployment.".to_owned(),
            head: vec!["Lead time", "Deployments", "Share"],
            rows,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_falls_into_exactly_one_bin_and_the_edges_are_exact() {
        let lengths = [0.0, 59.0, 60.0, 3_599.9, 3_600.0, 86_400.0, 604_800.0, 2_592_000.0, 1e9];
        let all = bins(&lengths);
        assert_eq!(all.iter().map(|bin| bin.count).sum::<u64>(), lengths.len() as u64);
        assert!(all.windows(2).all(|pair| (pair[0].to - pair[1].from).abs() < 1e-6 * pair[1].from));
        for (edge, ..) in EDGES {
            assert!(all.iter().any(|bin| bin.from.to_bits() == edge.to_bits()), "{edge}");
        }
    }
}
