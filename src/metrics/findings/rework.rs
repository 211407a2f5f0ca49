//! What each rule of rework adds to the deployment rework rate: the rate without it, and by it alone.

use super::of_all;
use super::tally::Tally;
use crate::metrics::tables::{Analysis, Finding, Metric, Observation, ReworkRule, Severity};

pub(super) fn findings(analysis: &Analysis, tally: &Tally) -> Option<Finding> {
    let figure = analysis.groups.first()?.figures[Metric::ReworkRate].known()?;
    let (k, by_rule) = (figure.k.filter(|k| *k > 0)?, figure.rework()?);
    let left = |held: &dyn Fn(ReworkRule) -> bool| {
        let of = tally.rework.iter().filter(|(rules, _)| rules.iter().copied().any(held));
        of.map(|(_, n)| *n).sum::<usize>()
    };
    let first = |rule| by_rule.get(&rule).copied().unwrap_or(0);
    let what = Observation::Rework {
        k,
        n: figure.n,
        said: first(ReworkRule::Said),
        fixes: first(ReworkRule::Fix),
        rollbacks: first(ReworkRule::Rollback),
        left: [
            left(&|rule| rule != ReworkRule::Said),
            left(&|rule| rule != ReworkRule::Rollback),
            left(&|rule| rule == ReworkRule::Fix),
        ],
    };
    Some(of_all(Severity::Info, what))
}
