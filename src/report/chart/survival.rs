//! Time to restore: the share of incidents not yet restored, by the time since they were opened (Kaplan-Meier).
//!
//! Open incidents count as not restored for as long as they have been seen, so that they neither vanish nor end.

use super::canvas::{HPos, VPos, draw};
use super::frame::{Plot, SMALL, WIDTH, y_axis};
use super::palette::{LINE, MUTED, RULE};
use super::scale::{Scale, percents};
use super::{Chart, ChartError, Points};
use crate::metrics::tables::SurvivalStep;
use crate::report::number;
use crate::report::words::capital;

const HEIGHT: u32 = 250;
/// Rows of the table at most; they are spread evenly over the steps.
const ROWS: usize = 40;

/// The chart; `None` where no incident was restored.
pub fn chart(steps: &[SurvivalStep]) -> Result<Option<Chart>, ChartError> {
    let plot = Plot { left: 46.0, top: 26.0, right: 460.0, bottom: 212.0 };
    let times = steps.iter().map(|step| step.seconds).filter(|seconds| *seconds > 0.0);
    let Some(scale) = Scale::durations(times, plot.left, plot.right) else { return Ok(None) };
    let height = Scale::linear(1.0, plot.bottom, plot.top);
    let drawing = draw(WIDTH, HEIGHT, |canvas| {
        y_axis(
            canvas,
            plot,
            height,
            &percents(&[0.0, 0.25, 0.5, 0.75, 1.0]),
            "Not yet restored, by the time since opening",
        )?;
        for tick in scale.lengths() {
            let x = scale.at(tick.value);
            canvas.line(&[(x, plot.top), (x, plot.bottom + 5.0)], RULE, 1)?;
            canvas.text(&tick.label, (x, plot.bottom + 8.0), (HPos::Center, VPos::Top), SMALL, MUTED)?;
        }
        canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], MUTED, 1)?;
        let mut line = vec![(plot.left, height.at(1.0))];
        let mut level = 1.0;
        for step in steps {
            let x = scale.at(step.seconds);
            line.push((x, height.at(level)));
            level = step.unresolved;
            line.push((x, height.at(level)));
        }
        line.push((plot.right, height.at(level)));
        canvas.line(&line, LINE, 4)
    })?;
    let first_at = |share: f64| steps.iter().find(|step| step.unresolved <= share + 1e-12).map(|step| step.seconds);
    let said = |share: f64, word: &str| match first_at(share) {
        Some(seconds) => format!("{word} of the incidents were restored within {}", number::duration(seconds)),
        None => format!("the share restored never reached {word}"),
    };
    let every = steps.len().div_ceil(ROWS).max(1);
    Ok(Some(Chart {
        id: "chart-survival",
        title: capital(&said(0.5, "half")),
        desc: format!("{}; {}.", capital(&said(0.5, "half")), said(0.1, "nine tenths")),
        caption:
            "Kaplan-Meier curve of the incidents resolved in the period, with those still open at its end counted \
                  as unrestored for as long as they were seen. Where it crosses 50 % is the median that takes the open \
                  ones into account."
                .to_owned(),
        drawing,
        points: Points {
            axis: String::new(),
            caption: if every == 1 {
                "All steps of the curve.".to_owned()
            } else {
                format!("Every {every}th of {} steps of the curve.", number::count(steps.len() as u64))
            },
            head: vec!["Time since opening", "Not yet restored"],
            rows: steps
                .iter()
                .step_by(every)
                .map(|step| vec![number::duration(step.seconds), number::percent(step.unresolved)])
                .collect(),
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_that_never_reaches_a_half_says_so() {
        let steps =
            [SurvivalStep { seconds: 0.0, unresolved: 1.0 }, SurvivalStep { seconds: 3_600.0, unresolved: 0.75 }];
        let chart = chart(&steps).expect("drawn").expect("a step");
        assert!(chart.desc.starts_with("The share restored never reached half"), "{}", chart.desc);
    }

    #[test]
    fn without_incidents_there_is_no_curve() {
        assert_eq!(chart(&[]).expect("drawn"), None);
    }
}
