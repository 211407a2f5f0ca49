//! Durations of incidents, as known at the end of a span: shared by time to restore and recovery time.

use super::durations::durations;
use super::group_span::GroupSpan;
use super::statistics::{kaplan_meier, survival_median};
use super::tables::{Details, Figure, RestoreDetails};

/// Times of the incidents that matter to a span, as known at its end; seconds.
#[derive(Debug, Default)]
pub(super) struct Times {
    pub(super) opened: u64,
    pub(super) resolved: Vec<f64>,
    pub(super) open: Vec<f64>,
}

/// The times of some incidents, by index.
pub(super) fn times(group: &GroupSpan<'_>, incidents: impl Iterator<Item = usize>) -> Times {
    let (facts, span) = (group.facts, group.span);
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

impl Times {
    /// The median of the resolved, with the open ones beside it.
    pub(super) fn figure(self) -> Figure {
        let Self { opened, resolved, open } = self;
        let km_p50 = survival_median(&kaplan_meier(&resolved, &open));
        let longest = resolved.iter().chain(&open).copied().max_by(f64::total_cmp);
        let km_beyond = if km_p50.is_none() { longest } else { None };
        let details = RestoreDetails { opened, open: open.len() as u64, km_p50, km_beyond };
        Figure::of_durations(durations(resolved), Details::Restore(details))
    }
}
