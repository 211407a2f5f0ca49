//! Lead time for changes.
//!
//! The median over the period's counted deployments that have a lead time; with p75, p90 and mean. Interval: binomial
//! order statistics, none below n = 6. Stages, and the same period counted in other ways, are computed together with
//! it at [`Depth::Whole`]; the tables need only the variant that a finding compares with. `facts::arrivals` computes the
//! commits of a deployment and the start of its lead time. Source: DORA, "change lead time".

use std::collections::BTreeMap;

use super::Depth;
use super::descriptor::{Descriptor, Gauge, Needs, Prometheus, Test};
use super::durations::durations;
use super::group_span::GroupSpan;
use super::statistics::median;
use super::tables::{
    Better, Details, Figure, LeadTimeDetails, LeadTimeReason, StageFigures, Statistic, Unit, Variant, VariantFigure,
};
use crate::domain::unit::Seconds;
use crate::facts::Facts;

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    id: "lead_time",
    aliases: &["lt", "lead-time"],
    title: "Lead time for changes",
    short: "Lead time",
    in_text: "lead time for changes",
    definition: "The median, over deployments, of the time from the first commit of what each brought for the first time \
                 (git rev-list SHA --not the revisions of all earlier deployments, and the first commits of its pull \
                 requests) to the instant it was live.",
    meaning: "From the earliest first commit of what a deployment brought for the first time (the commits that no earlier \
              deployment had, and the pull requests merged among them) to the end of the deployment. The figure is the \
              median over deployments. Interval: binomial order statistics, none below n = 6.",
    unit: Unit::Seconds,
    better: Better::Lower,
    statistics: &[Statistic::P50, Statistic::P75, Statistic::P90, Statistic::Mean],
    interval: "binomial interval of the order statistics around the median; none below n = 6",
    thresholds: |bands| Some(&bands.lead_time),
    answers: |survey| Some(survey.lead_time),
    quick_check: Some("leadtime"),
    needs: Needs::Deployments,
    test: Test::Medians,
    counts: ("deployment", "deployments"),
    part: None,
    section: Some("lead-time"),
    beside: None,
    prometheus: Some(Prometheus {
        record: "dora:lead_time_seconds:p50",
        description: "From the first commit to production: the median over the deployments of the last 30 days.",
        gauges: &[
            Gauge {
                name: "dora_lead_time_seconds_p50",
                help: "Median lead time of the window's deployments.",
                value: |row| row.lead_time_p50,
            },
            Gauge {
                name: "dora_lead_time_seconds_p90",
                help: "90th percentile of the same.",
                value: |row| row.lead_time_p90,
            },
        ],
    }),
    blank: || Details::LeadTime(Box::default()),
    measure,
};

fn measure(group: &GroupSpan<'_>) -> Figure {
    let (finished, facts) = (group.finished(), group.facts);
    let indices = || group.finished().map(|(_, index)| index);
    let mut reasons: BTreeMap<LeadTimeReason, u64> = BTreeMap::new();
    let mut seconds = Vec::with_capacity(finished.len());
    for index in indices() {
        match facts.lead_time(index) {
            Some(Ok(lead_time)) => seconds.push(lead_time.as_f64()),
            Some(Err(reason)) => *reasons.entry(reason).or_default() += 1,
            None => {}
        }
    }
    let (stages, variants) = match group.depth {
        Depth::Whole => (stages(indices(), facts), variants(indices(), facts)),
        // The finding `FromPullRequests` needs this variant.
        Depth::Tables => (StageFigures::default(), vec![from_opened(group)]),
    };
    let details = LeadTimeDetails { stages, variants, pull_requests: pull_requests(indices(), facts), reasons };
    Figure::of_durations(durations(seconds), Details::LeadTime(Box::new(details)))
}

fn stages(deployments: impl Iterator<Item = usize>, facts: &Facts) -> StageFigures {
    let mut stages: [Vec<f64>; 4] = Default::default();
    for index in deployments {
        let of = facts.stages(index);
        for (list, stage) in stages.iter_mut().zip([of.coding, of.pickup, of.review, of.deploy]) {
            list.extend(stage.map(Seconds::as_f64));
        }
    }
    let [coding, pickup, review, deploy] = stages.map(durations);
    StageFigures { coding, pickup, review, deploy }
}

/// How many pull requests were merged in the deployments.
fn pull_requests(deployments: impl Iterator<Item = usize>, facts: &Facts) -> u64 {
    let mut merged: Vec<u32> = deployments.flat_map(|index| facts.merged(index)).copied().collect();
    merged.sort_unstable();
    merged.dedup();
    merged.len() as u64
}

/// The spans of one variant.
#[derive(Default)]
struct Spans {
    kept: Vec<f64>,
    negative: u64,
}

impl Spans {
    fn add(&mut self, span: Seconds) {
        if span < Seconds(0) {
            self.negative += 1;
        } else {
            self.kept.push(span.as_f64());
        }
    }

    fn figure(mut self, variant: Variant) -> VariantFigure {
        let n = self.kept.len() as u64;
        VariantFigure { variant, p50: median(&mut self.kept), n, negative: self.negative }
    }
}

fn variants(deployments: impl Iterator<Item = usize>, facts: &Facts) -> Vec<VariantFigure> {
    let mut spans = Variant::ALL.map(|variant| (variant, Spans::default()));
    for index in deployments {
        facts.each_variant(index, |span| spans[span.variant as usize].1.add(span.span));
    }
    spans.into_iter().map(|(variant, spans)| spans.figure(variant)).collect()
}

fn from_opened(group: &GroupSpan<'_>) -> VariantFigure {
    let (mut spans, facts) = (Spans::default(), group.facts);
    for (end, index) in group.finished() {
        let opened = facts.merged(index).iter().filter_map(|&request| facts.requests().get(request));
        opened.for_each(|times| spans.add(end.since(times.opened_at)));
    }
    spans.figure(Variant::PullRequestOpened)
}
