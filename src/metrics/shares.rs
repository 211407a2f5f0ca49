//! A share of the counted deployments, each hit under the first rule that makes it one.

use std::collections::BTreeMap;

use super::group_span::GroupSpan;
use super::statistics::wilson;
use super::tables::{Details, Figure};

/// The share of a span's deployments that `rule_of` gives a rule; no value without deployments. Interval: Wilson.
pub(super) fn share<R: Ord + Copy>(
    group: &GroupSpan<'_>,
    all: &[R],
    rule_of: impl Fn(usize) -> Option<R>,
    details: impl FnOnce(BTreeMap<R, u64>) -> Details,
) -> Figure {
    let mut by_rule: BTreeMap<R, u64> = all.iter().map(|rule| (*rule, 0)).collect();
    let (mut hits, n) = (0, group.finished().len() as u64);
    for rule in group.finished().filter_map(|(_, index)| rule_of(index)) {
        hits += 1;
        *by_rule.entry(rule).or_default() += 1;
    }
    Figure {
        value: (n > 0).then(|| hits as f64 / n as f64),
        n,
        k: Some(hits),
        ci95: wilson(hits, n),
        details: details(by_rule),
        ..Figure::default()
    }
}
