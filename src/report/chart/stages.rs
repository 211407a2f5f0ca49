//! Lead time: the median of each stage, a bar each from zero.
//!
//! Each stage is a median over the deployments that have it, so the stages do not add up to the median lead time.

use super::canvas::{HPos, VPos, draw};
use super::frame::{SMALL, WIDTH};
use super::palette::{BAR, INK, LINE, MUTED, RULE};
use super::scale::Scale;
use super::{Chart, ChartError, Points, or_no_data};
use crate::metrics::tables::{Durations, StageFigures};
use crate::report::number;

const ROW: f64 = 46.0;
const HEIGHT: u32 = 250;
/// Where the bars begin, and where the longest ends.
const BARS: (f64, f64) = (186.0, 372.0);

/// The chart; `None` where no deployment has a stage.
pub fn chart(stages: &StageFigures) -> Result<Option<Chart>, ChartError> {
    let all = [
        ("Coding", "first commit to opened", stages.coding),
        ("Pickup", "opened to first review", stages.pickup),
        ("Review", "first review to merged", stages.review),
        ("Deploy", "merged to deployed", stages.deploy),
    ];
    let median = |stage: Option<Durations>| stage.map_or(0.0, |durations| durations.p50.max(0.0));
    let longest = all.iter().filter(|it| it.2.is_some()).max_by(|a, b| median(a.2).total_cmp(&median(b.2)));
    let Some((name, _, slowest)) = longest else { return Ok(None) };
    let slow = |stage: Option<Durations>| stage.map_or(0.0, |durations| durations.p90.max(durations.p50));
    let scale = Scale::linear(all.iter().map(|it| slow(it.2)).fold(0.0, f64::max), BARS.0, BARS.1);
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        for (at, (name, span, stage)) in all.iter().enumerate() {
            let top = 22.0 + at as f64 * ROW;
            let middle = top + ROW / 2.0;
            canvas.line(&[(0.0, top + ROW), (f64::from(WIDTH), top + ROW)], RULE, 1)?;
            canvas.text(name, (0.0, middle - 7.0), (HPos::Left, VPos::Center), 13.0, INK)?;
            let span = format!("{span}, n = {}", number::count(stage.map_or(0, |it| it.n)));
            canvas.text(&span, (0.0, middle + 9.0), (HPos::Left, VPos::Center), 11.0, MUTED)?;
            let Some(durations) = stage else {
                canvas.text("no data", (BARS.0 + 6.0, middle), (HPos::Left, VPos::Center), SMALL, MUTED)?;
                continue;
            };
            let end = scale.at(durations.p50.max(0.0)).max(BARS.0 + 1.0);
            canvas.rect((BARS.0, top + 12.0), (end, top + ROW - 12.0), LINE, 1.0, true)?;
            let slow = scale.at(slow(*stage)).max(end);
            canvas.line(&[(end, middle), (slow, middle)], BAR, 3)?;
            canvas.line(&[(slow, middle - 5.0), (slow, middle + 5.0)], BAR, 3)?;
            let end = slow;
            let label = format!("{}, p90 {}", number::duration(durations.p50), number::duration(durations.p90));
            canvas.text(&label, (end + 6.0, middle), (HPos::Left, VPos::Center), SMALL, INK)?;
        }
        canvas.line(&[(BARS.0, 22.0), (BARS.0, 22.0 + 4.0 * ROW)], MUTED, 1)?;
        canvas.text("Bar: median; line: 90th percentile", (BARS.0, 4.0), (HPos::Left, VPos::Top), SMALL, MUTED)
    })?;
    let said: Vec<String> = all
        .iter()
        .map(|(name, _, stage)| {
            format!("{} {}", name.to_lowercase(), or_no_data(stage.map(|durations| number::duration(durations.p50))))
        })
        .collect();
    let rows = all
        .iter()
        .map(|(name, span, stage)| {
            let cell = |value: fn(&Durations) -> f64| or_no_data(stage.as_ref().map(|it| number::duration(value(it))));
            vec![
                format!("{name}: {span}"),
                cell(|it| it.p50),
                cell(|it| it.p90),
                cell(|it| it.mean),
                stage.map_or_else(|| "0".to_owned(), |it| number::count(it.n)),
            ]
        })
        .collect();
    Ok(Some(Chart {
        id: "chart-stages",
        title: format!(
            "{name} is the longest stage at the median: {} over {}",
            number::duration(median(*slowest)),
            number::counted(slowest.map_or(0, |it| it.n), "deployment", "deployments")
        ),
        desc: format!("Median stages of a lead time: {}.", said.join(", ")),
        caption:
            "Bar: median of a stage, over the deployments that have this stage. Line: 90th percentile. Only lead times that start in a pull request have \
                  stages. Without a review, pickup ends with the merge. The medians do not add up to the median lead time."
                .to_owned(),
        drawing,
        points: Points {
            axis: String::new(),
            caption: "All stages.".to_owned(),
            head: vec!["Stage", "Median", "90th percentile", "Mean", "Deployments"],
            rows,
        },
    }))
}
