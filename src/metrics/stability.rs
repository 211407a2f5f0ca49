//! Change failure rate, time to restore and failed deployment recovery time of one group over one period.
//!
//! Change failure rate = distinct counted deployments known to have failed ÷ counted deployments; interval: Wilson.
//! Time to restore = resolved − opened of incidents resolved in the period; beside it the Kaplan-Meier median over
//! those and all open at its end. Recovery time is the same over attributed incidents alone. Source: DORA, "change
//! fail rate" and "failed deployment recovery time"; the links are made in `attribution`.

use std::collections::BTreeMap;

use super::pool::Pool;
use super::statistics::{kaplan_meier, survival_median, wilson};
use super::tables::{BandReading, ChangeFailure, Restore, Rule, SurvivalStep};
use super::throughput::{duration_band, durations, finished_in, reading};
use crate::domain::band::{Bands, Thresholds};
use crate::domain::time::Span;
use crate::facts::Facts;

/// The rules by which a deployment is known to have failed at the end of a span, first one first, each once.
pub(super) fn failed_rules(facts: &Facts, deployment: usize, span: Span) -> Vec<Rule> {
    let known: Vec<Rule> = facts
        .failures(deployment)
        .iter()
        .filter(|failure| failure.holds_at(span.to))
        .map(|failure| failure.rule)
        .collect();
    Rule::ALL.into_iter().filter(|rule| known.contains(rule)).collect()
}

/// Change failure rate over a span.
pub(super) fn change_failure(pool: &Pool, facts: &Facts, span: Span, bands: &Bands) -> ChangeFailure {
    let finished = finished_in(pool, span);
    let mut by_rule: BTreeMap<Rule, u64> = Rule::ALL.into_iter().map(|rule| (rule, 0)).collect();
    let mut failed = 0;
    for &(_, index) in finished {
        if let Some(rule) = failed_rules(facts, index, span).first() {
            failed += 1;
            *by_rule.entry(*rule).or_default() += 1;
        }
    }
    let deployments = finished.len() as u64;
    let ratio = (deployments > 0).then(|| failed as f64 / deployments as f64);
    let ci95 = wilson(failed, deployments);
    let band = ratio.map_or_else(BandReading::default, |ratio| {
        reading(&bands.change_failure_rate, ratio, ci95.map(|ends| (ends.high, ends.low)))
    });
    ChangeFailure { deployments, failed, ratio, ci95, by_rule, band }
}

/// Times of the incidents that matter to a span, as known at its end.
#[derive(Debug, Default)]
struct Times {
    opened: u64,
    resolved: Vec<f64>,
    open: Vec<f64>,
}

fn times(facts: &Facts, incidents: impl Iterator<Item = usize>, span: Span) -> Times {
    let mut times = Times::default();
    for index in incidents {
        let opened_at = facts.opened_at(index);
        if opened_at >= span.to {
            continue;
        }
        times.opened += u64::from(opened_at >= span.from);
        match facts.resolved_at(index) {
            Some(at) if at < span.to => {
                let seconds = at.since(opened_at).as_f64();
                // An incident resolved before it was opened has no duration.
                if at >= span.from && seconds >= 0.0 {
                    times.resolved.push(seconds);
                }
            }
            // Over at an unknown time: neither open nor resolved.
            None if facts.is_over_without_an_end(index) => {}
            _ => times.open.push(span.to.since(opened_at).as_f64()),
        }
    }
    times
}

/// Time to restore over a span.
pub(super) fn time_to_restore(pool: &Pool, facts: &Facts, span: Span, thresholds: &Thresholds) -> Restore {
    restore(times(facts, pool.incidents.iter().copied(), span), thresholds)
}

/// Failed deployment recovery time over a span: the same over the incidents that failed one of the pool's deployments.
pub(super) fn recovery_time(pool: &Pool, facts: &Facts, span: Span, thresholds: &Thresholds) -> Restore {
    restore(times(facts, pool.attributed_at(span.to), span), thresholds)
}

fn restore(times: Times, thresholds: &Thresholds) -> Restore {
    let Times { opened, resolved, open } = times;
    let km_p50 = survival_median(&kaplan_meier(&resolved, &open));
    let longest = resolved.iter().chain(&open).copied().max_by(f64::total_cmp);
    let open_count = open.len() as u64;
    let durations = durations(resolved);
    let band = duration_band(thresholds, durations.as_ref());
    let km_beyond = if km_p50.is_none() { longest } else { None };
    Restore { opened, durations, open: open_count, km_p50, km_beyond, band }
}

/// The Kaplan-Meier curve of a span, from (0, 1) downward; empty without incidents.
pub(super) fn survival(pool: &Pool, facts: &Facts, span: Span) -> Vec<SurvivalStep> {
    let Times { resolved, open, .. } = times(facts, pool.incidents.iter().copied(), span);
    if resolved.is_empty() && open.is_empty() {
        return Vec::new();
    }
    let steps = kaplan_meier(&resolved, &open);
    [(0.0, 1.0)].into_iter().chain(steps).map(|(seconds, unresolved)| SurvivalStep { seconds, unresolved }).collect()
}
