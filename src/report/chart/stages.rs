//! Lead time: its mean stages, one bar stacked on the other in time.
//!
//! Each bar begins where the one before ends; each on a line of its own, so that a short stage keeps its label.
//! A stage is a mean over the deployments that have it, so the sum is near the mean lead time, not equal to it.

use super::canvas::{HPos, VPos, draw};
use super::frame::{SMALL, WIDTH};
use super::palette::{INK, LINE, MUTED, RULE};
use super::scale::Scale;
use super::{Chart, ChartError, Points, or_no_data};
use crate::metrics::tables::{Durations, StageFigures};
use crate::report::number;

const ROW: f64 = 34.0;
/// Four rows and a margin.
const HEIGHT: u32 = 148;

/// The chart; `None` where no deployment has a stage.
pub fn chart(stages: &StageFigures) -> Result<Option<Chart>, ChartError> {
    let all = [
        ("Coding", "first commit to opened", stages.coding),
        ("Pickup", "opened to first review", stages.pickup),
        ("Review", "first review to merged", stages.review),
        ("Deploy", "merged to deployed", stages.deploy),
    ];
    let mean = |stage: Option<Durations>| stage.map_or(0.0, |durations| durations.mean.max(0.0));
    let total: f64 = all.iter().map(|(_, _, stage)| mean(*stage)).sum();
    if all.iter().all(|(_, _, stage)| stage.is_none()) {
        return Ok(None);
    }
    let (left, right) = (168.0, 640.0);
    let scale = Scale::linear(total, left, right);
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        let mut from = 0.0;
        for (at, (name, span, stage)) in all.iter().enumerate() {
            let top = 6.0 + at as f64 * ROW;
            let middle = top + ROW / 2.0;
            canvas.line(&[(0.0, top + ROW), (f64::from(WIDTH), top + ROW)], RULE, 1)?;
            canvas.text(name, (0.0, middle - 6.5), (HPos::Left, VPos::Center), 13.0, INK)?;
            canvas.text(span, (0.0, middle + 8.0), (HPos::Left, VPos::Center), 11.0, MUTED)?;
            let Some(durations) = stage else {
                let at = (scale.at(from) + 6.0, middle);
                canvas.text("no data", at, (HPos::Left, VPos::Center), SMALL, MUTED)?;
                continue;
            };
            let to = from + durations.mean.max(0.0);
            let (x0, x1) = (scale.at(from), scale.at(to).max(scale.at(from) + 1.0));
            canvas.rect((x0, top + 8.0), (x1, top + ROW - 8.0), LINE, 1.0, true)?;
            let label = format!("{} (n = {})", number::duration(durations.mean), number::count(durations.n));
            canvas.text(&label, (x1 + 6.0, middle), (HPos::Left, VPos::Center), SMALL, INK)?;
            from = to;
        }
        Ok(())
    })?;
    let said: Vec<String> = all
        .iter()
        .map(|(name, _, stage)| {
            format!("{} {}", name.to_lowercase(), or_no_data(stage.map(|durations| number::duration(durations.mean))))
        })
        .collect();
    let rows = all
        .iter()
        .map(|(name, span, stage)| {
            let cell = |value: fn(&Durations) -> f64| or_no_data(stage.as_ref().map(|it| number::duration(value(it))));
            vec![
                format!("{name}: {span}"),
                cell(|it| it.mean),
                cell(|it| it.p50),
                cell(|it| it.p90),
                stage.map_or_else(|| "0".to_owned(), |it| number::count(it.n)),
            ]
        })
        .collect();
    Ok(Some(Chart {
        id: "chart-stages",
        title: "Where the lead time goes: mean stages".to_owned(),
        desc: format!("Mean stages of a lead time: {}.", said.join(", ")),
        caption: "Mean length of each stage over the deployments that have it, one after the other. Only starts in a \
                  pull request have stages; without a review, pickup runs to the merge, so the means are over different \
                  deployments and do not add up."
            .to_owned(),
        drawing,
        points: Points {
            axis: String::new(),
            caption: "All stages.".to_owned(),
            head: vec!["Stage", "Mean", "Median", "90th percentile", "Deployments"],
            rows,
        },
    }))
}
