//! Throughput: how often the team deploys, and how long a change takes until it is live.

use super::view::{NO_LINE, Panel, Section, Text};
use crate::metrics::tables::{Analysis, GroupReport, Metric};
use crate::report::chart::{ChartError, frequency, lead_time, lead_time_distribution, stages};
use crate::report::number;
use crate::report::reading::{self, trend};

pub(super) fn section(analysis: &Analysis, group: &GroupReport) -> Result<Section, ChartError> {
    let settings = &analysis.settings;
    let (period, window, bands) = (&analysis.period, settings.window_days, &settings.bands);
    let mut panels = vec![
        Panel::chart(frequency::chart(&group.daily, period, window)?, NO_LINE),
        Panel::chart(lead_time::chart(&group.daily, period, window, bands)?, NO_LINE),
    ];
    // Where neither line can be drawn, once is enough.
    panels.dedup();
    if let Some(chart) = lead_time_distribution::chart(&analysis.deployments)? {
        panels.push(Panel::Chart(Box::new(chart)));
    }
    if let Some(found) = group.figures[Metric::LeadTime].lead_time() {
        panels.push(Panel::chart(
            stages::chart(&found.stages)?,
            "There are no stages to draw: no lead time of the period starts in a pull request.",
        ));
    }
    Ok(Section {
        id: "throughput",
        title: "Throughput",
        lead: String::new(),
        texts: vec![frequency_text(analysis, group), lead_time_text(analysis, group)],
        panels,
    })
}

fn frequency_text(analysis: &Analysis, group: &GroupReport) -> Text {
    let metric = Metric::DeploymentFrequency;
    let figure = &group.figures[metric];
    let mut paragraphs = Vec::new();
    match (figure.frequency(), reading::of(metric, figure, &analysis.settings)) {
        (Some(found), Ok(reading)) => {
            let days = number::count(found.days_with_deployments.into());
            let between = match found.median_days_between {
                Some(between) => format!(
                    "; the median time from one deployment to the next is {}",
                    number::duration(between * 86_400.0)
                ),
                None => String::new(),
            };
            paragraphs.push(format!("{}: {}, on {days} of the days{between}.", reading.value, reading.basis));
        }
        (_, Err(why)) => paragraphs.push(why),
        (None, Ok(_)) => {}
    }
    paragraphs.extend(trend(&figure.trend, number::rate));
    Text { id: "frequency", title: metric.title(), paragraphs }
}

fn lead_time_text(analysis: &Analysis, group: &GroupReport) -> Text {
    let metric = Metric::LeadTime;
    let figure = &group.figures[metric];
    let mut paragraphs = Vec::new();
    match reading::of(metric, figure, &analysis.settings) {
        Ok(reading) => {
            let more = figure.quantiles.map(|it| {
                format!(
                    "; three quarters took at most {}, nine tenths at most {}; the mean is {}",
                    number::duration(it.p75),
                    number::duration(it.p90),
                    number::duration(it.mean)
                )
            });
            let left_out = figure.lead_time().map(reading::reasons).filter(|why| !why.is_empty());
            let left_out = left_out.map_or_else(String::new, |why| format!(" Deployments without a lead time: {why}."));
            paragraphs.push(format!("{}: {}{}.{left_out}", reading.value, reading.basis, more.unwrap_or_default()));
        }
        Err(why) => paragraphs.push(why),
    }
    paragraphs.extend(trend(&figure.trend, number::duration));
    Text { id: "lead-time", title: metric.title(), paragraphs }
}
