//! Deployment frequency and lead time for changes of one group over one period.
//!
//! Frequency = counted deployments ÷ calendar days of the period that have begun by `as_of`; interval: exact Poisson.
//! Lead time = the median over deployments that have one; interval: order statistics. Source: DORA, "deployment
//! frequency" and "change lead time"; the batch rule is in `batch`.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::pool::Pool;
use super::statistics::{garwood, median_interval, quantile};
use super::tables::{
    BandReading, Durations, Frequency, LeadTime, LeadTimeReason, StageFigures, Variant, VariantFigure,
};
use crate::domain::band::{Bands, Thresholds};
use crate::domain::time::{Span, Timestamp, Zone};
use crate::domain::unit::{Interval, Seconds};
use crate::facts::Facts;

/// The indices of a pool's deployments that finished in a span.
pub(super) fn finished_in(pool: &Pool, span: Span) -> &[(Timestamp, usize)] {
    let from = pool.deployments.partition_point(|(at, _)| *at < span.from);
    let to = pool.deployments.partition_point(|(at, _)| *at < span.to);
    pool.deployments.get(from..to).unwrap_or_default()
}

/// Deployment frequency over a span of `days` calendar days.
pub(super) fn frequency(pool: &Pool, span: Span, days: u32, zone: Zone, bands: &Bands) -> Frequency {
    let finished = finished_in(pool, span);
    let deployments = finished.len() as u64;
    let exposure = f64::from(days.max(1));
    let counts = garwood(deployments);
    let ci95 = Interval { low: counts.low / exposure, high: counts.high / exposure };
    let per_day = deployments as f64 / exposure;
    let mut between: Vec<f64> =
        finished.windows(2).map(|pair| (pair[1].0.0 - pair[0].0.0) as f64 / 86_400_000.0).collect();
    between.sort_unstable_by(f64::total_cmp);
    let on: BTreeSet<_> = finished.iter().map(|(at, _)| zone.day_of(*at)).collect();
    Frequency {
        deployments,
        days,
        per_day,
        days_with_deployments: u32::try_from(on.len()).unwrap_or(u32::MAX),
        median_days_between: quantile(&between, 0.5),
        ci95,
        // More is better: the lower end is the worse one.
        band: reading(&bands.deployment_frequency, per_day, Some((ci95.low, ci95.high))),
    }
}

/// The band of a point and of its interval's ends, worse end first.
pub(super) fn reading(thresholds: &Thresholds, point: f64, ends: Option<(f64, f64)>) -> BandReading {
    let range = ends.and_then(|(worse, better)| {
        thresholds.classify(worse).zip(thresholds.classify(better)).filter(|(worse, better)| worse != better)
    });
    BandReading { band: thresholds.classify(point), range }
}

/// The distribution of some durations; none of none.
pub(super) fn durations(mut seconds: Vec<f64>) -> Option<Durations> {
    seconds.sort_unstable_by(f64::total_cmp);
    Some(Durations {
        n: seconds.len() as u64,
        p50: quantile(&seconds, 0.5)?,
        p75: quantile(&seconds, 0.75)?,
        p90: quantile(&seconds, 0.9)?,
        mean: seconds.iter().sum::<f64>() / seconds.len() as f64,
        ci95: median_interval(&seconds),
    })
}

/// The band of a median duration: shorter is better.
pub(super) fn duration_band(thresholds: &Thresholds, durations: Option<&Durations>) -> BandReading {
    durations.map_or_else(BandReading::default, |durations| {
        reading(thresholds, durations.p50, durations.ci95.map(|ends| (ends.high, ends.low)))
    })
}

/// Lead time over a span.
pub(super) fn lead_time(pool: &Pool, facts: &Facts, span: Span, bands: &Bands) -> LeadTime {
    let finished = finished_in(pool, span);
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
    let durations_of_lead = durations(seconds);
    let [coding, pickup, review, deploy] = stages.map(durations);
    LeadTime {
        band: duration_band(&bands.lead_time, durations_of_lead.as_ref()),
        durations: durations_of_lead,
        stages: StageFigures { coding, pickup, review, deploy },
        variants: variants(finished, facts),
        pull_requests: pull_requests(finished, facts),
        reasons,
    }
}

fn pull_requests(finished: &[(Timestamp, usize)], facts: &Facts) -> u64 {
    let merged: FxHashSet<u32> = finished.iter().flat_map(|&(_, index)| facts.merged(index)).copied().collect();
    merged.len() as u64
}

fn variants(finished: &[(Timestamp, usize)], facts: &Facts) -> Vec<VariantFigure> {
    let mut spans: BTreeMap<Variant, (Vec<f64>, u64)> = BTreeMap::new();
    for variant in [Variant::Deployment, Variant::Change, Variant::Commit, Variant::PullRequestOpened] {
        spans.entry(variant).or_default();
    }
    for span in finished.iter().flat_map(|&(_, index)| facts.variants(index)) {
        let (kept, negative) = spans.entry(span.variant).or_default();
        if span.span < Seconds(0) {
            *negative += 1;
        } else {
            kept.push(span.span.as_f64());
        }
    }
    spans
        .into_iter()
        .map(|(variant, (mut kept, negative))| {
            kept.sort_unstable_by(f64::total_cmp);
            VariantFigure { variant, p50: quantile(&kept, 0.5), n: kept.len() as u64, negative }
        })
        .collect()
}
