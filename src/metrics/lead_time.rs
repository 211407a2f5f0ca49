//! Lead time for changes.
//!
//! The median over the period's counted deployments that have a lead time; with p75, p90 and mean. Interval: binomial
//! order statistics, none below n = 6. Stages, and the same period counted in other ways, are computed together with
//! it. `facts::arrivals` computes the commits of a deployment and the start of its lead time. Source: DORA, "change
//! lead time".

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::descriptor::{Descriptor, Needs, Test};
use super::durations::durations;
use super::group_span::GroupSpan;
use super::statistics::median;
use super::tables::{
    Better, Details, Figure, LeadTimeDetails, LeadTimeReason, StageFigures, Statistic, Unit, Variant, VariantFigure,
};
use crate::domain::time::Timestamp;
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
    blank: || Details::LeadTime(Box::default()),
    measure,
};

fn measure(group: &GroupSpan<'_>) -> Figure {
    let (finished, facts) = (group.finished(), group.facts);
    let mut reasons: BTreeMap<LeadTimeReason, u64> = BTreeMap::new();
    let mut seconds = Vec::new();
    let mut stages: [Vec<f64>; 4] = Default::default();
    for &(_, index) in finished {
        match facts.lead_time(index) {
            Some(Ok(lead_time)) => seconds.push(lead_time.as_f64()),
            Some(Err(reason)) => *reasons.entry(reason).or_default() += 1,
            None => continue,
        }
        let of = facts.stages(index);
        for (list, stage) in stages.iter_mut().zip([of.coding, of.pickup, of.review, of.deploy]) {
            list.extend(stage.map(Seconds::as_f64));
        }
    }
    let [coding, pickup, review, deploy] = stages.map(durations);
    let details = LeadTimeDetails {
        stages: StageFigures { coding, pickup, review, deploy },
        variants: variants(finished, facts),
        pull_requests: pull_requests(finished, facts),
        reasons,
    };
    Figure::of_durations(durations(seconds), Details::LeadTime(Box::new(details)))
}

fn pull_requests(finished: &[(Timestamp, usize)], facts: &Facts) -> u64 {
    let merged: FxHashSet<u32> = finished.iter().flat_map(|&(_, index)| facts.merged(index)).copied().collect();
    merged.len() as u64
}

fn variants(finished: &[(Timestamp, usize)], facts: &Facts) -> Vec<VariantFigure> {
    let mut spans = Variant::ALL.map(|variant| (variant, (Vec::new(), 0)));
    for &(_, index) in finished {
        facts.each_variant(index, |span| {
            let (_, (kept, negative)) = &mut spans[span.variant as usize];
            if span.span < Seconds(0) {
                *negative += 1;
            } else {
                kept.push(span.span.as_f64());
            }
        });
    }
    spans
        .into_iter()
        .map(|(variant, (mut kept, negative))| VariantFigure {
            variant,
            p50: median(&mut kept),
            n: kept.len() as u64,
            negative,
        })
        .collect()
}
