//! Throughput and stability: one named dot per service, deployments a day against change failure rate, with a line from
//! its position in the previous period. No ranking.

use super::canvas::{HPos, VPos, draw};
use super::frame::{Plot, SMALL, WIDE, y_axis};
use super::labels::{cut, names};
use super::palette::{BAR, LINE, MUTED};
use super::scale::{Scale, percents, round_steps};
use super::{Chart, ChartError, Points, or_no_data};
use crate::domain::group::GroupKind;
use crate::domain::period::Period;
use crate::metrics::tables::{Figure, Figures, GroupReport, Metric, Verdict};
use crate::report::number;
use crate::report::words::period_name;

const HEIGHT: u32 = 310;
/// Deployments a day, and the share of them that failed.
type Point = (f64, f64);

/// The services that have both figures, in order of name.
fn services(groups: &[GroupReport]) -> Vec<&GroupReport> {
    let has = |group: &&GroupReport| group.group.kind == GroupKind::Service && point(&group.figures).is_some();
    groups.iter().filter(has).collect()
}

/// Deployments a day, and the share of them that failed.
fn point(figures: &Figures) -> Option<Point> {
    Some((figures[Metric::DeploymentFrequency].value?, figures[Metric::ChangeFailureRate].value?))
}

/// The same in the period before.
fn before(figures: &Figures) -> Option<Point> {
    let value = |metric: Metric| figures[metric].previous.as_deref().and_then(|it: &Figure| it.value);
    value(Metric::DeploymentFrequency).zip(value(Metric::ChangeFailureRate))
}

/// The chart; `None` where no service has both figures.
pub fn chart(groups: &[GroupReport], previous: Option<&Period>) -> Result<Option<Chart>, ChartError> {
    let shown = services(groups);
    if shown.is_empty() {
        return Ok(None);
    }
    let points: Vec<(Point, Option<Point>)> =
        shown.iter().filter_map(|group| Some((point(&group.figures)?, before(&group.figures)))).collect();
    let all = points.iter().flat_map(|(now, before)| [Some(*now), *before]).flatten();
    let (widest, highest) = all.fold((0.0, 0.05), |(x, y): (f64, f64), (a, b)| (x.max(a), y.max(b)));
    let plot = Plot { left: 54.0, top: 28.0, right: 964.0, bottom: 256.0 };
    let (right, steps) = round_steps(widest.max(0.1));
    let (top, heights) = round_steps(highest);
    let (x, y) = (Scale::linear(right, plot.left, plot.right), Scale::linear(top.min(1.0), plot.bottom, plot.top));
    let heights: Vec<f64> = heights.into_iter().filter(|step| *step <= 1.0 + 1e-9).collect();
    let at = |(rate, ratio): Point| (x.at(rate), y.at(ratio));
    let dots: Vec<_> = shown.iter().zip(&points).map(|(it, (now, _))| (at(*now), cut(&it.group.name))).collect();
    let mut unnamed = 0;
    let drawing = draw(WIDE, HEIGHT, |canvas| {
        y_axis(canvas, plot, y, &percents(&heights), "Change failure rate")?;
        canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], MUTED, 1)?;
        for step in &steps {
            let label = number::decimal(*step);
            canvas.text(&label, (x.at(*step), plot.bottom + 6.0), (HPos::Center, VPos::Top), SMALL, MUTED)?;
        }
        let middle = f64::midpoint(plot.left, plot.right);
        canvas.text("Deployments a day", (middle, plot.bottom + 26.0), (HPos::Center, VPos::Top), SMALL, MUTED)?;
        for (now, before) in &points {
            if let Some(before) = before {
                canvas.line(&[at(*before), at(*now)], BAR, 2)?;
                canvas.circle(at(*before), 6, BAR, false)?;
            }
        }
        for (now, _) in &points {
            canvas.circle(at(*now), 8, LINE, true)?;
        }
        unnamed = names(canvas, plot, &dots, &[])?;
        Ok(())
    })?;
    let rows = shown.iter().zip(&points).map(|(group, (now, before))| {
        vec![
            group.group.name.clone(),
            number::rate(now.0),
            number::percent(now.1),
            or_no_data(before.map(|(rate, _)| number::rate(rate))),
            or_no_data(before.map(|(_, ratio)| number::percent(ratio))),
        ]
    });
    Ok(Some(Chart {
        id: "chart-balance",
        title: title(&shown, previous),
        desc: format!(
            "{} with both figures; up to {} and a change failure rate of up to {}.",
            number::counted(points.len() as u64, "service", "services"),
            number::rate(widest),
            number::percent(points.iter().map(|(now, _)| now.1).fold(0.0, f64::max))
        ),
        caption: format!(
            "Each dot is a service. The ring at the end of its line is the same service in the period compared with. Further right: \
             deploys more often. Further down: fails less often. This is not a ranking: services carry different risks.{}",
            match unnamed {
                0 => String::new(),
                n => format!(" {} not named, for lack of room.", number::counted(n as u64, "dot is", "dots are")),
            }
        ),
        drawing,
        points: Points {
            axis: String::new(),
            caption: "All services with both figures, by name.".to_owned(),
            head: vec!["Service", "Frequency", "Failure rate", "Frequency before", "Failure rate before"],
            rows: rows.collect(),
        },
    }))
}

/// `Of 6 services, 4 deployed more often and none failed less often than in 2026-Q2 (beyond chance)`.
fn title(shown: &[&GroupReport], previous: Option<&Period>) -> String {
    let better = |metric: Metric| {
        shown.iter().filter(|group| group.figures[metric].verdict == Some(Verdict::Better)).count() as u64
    };
    let Some(previous) = previous else {
        return number::counted(shown.len() as u64, "service", "services") + ": how often each deploys and fails";
    };
    let words = |n: u64| if n == 0 { "none".to_owned() } else { number::count(n) };
    let (more, less) = (better(Metric::DeploymentFrequency), better(Metric::ChangeFailureRate));
    format!(
        "Of {}, {} deployed more often and {} failed less often than in {} (beyond chance)",
        number::counted(shown.len() as u64, "service", "services"),
        words(more),
        words(less),
        period_name(previous)
    )
}
