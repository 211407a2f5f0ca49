//! What each rule of rework adds to the deployment rework rate: the rate without it, and by it alone.

use super::tally::Tally;
use super::{finding, percent};
use crate::metrics::tables::{Analysis, Finding, Metric, ReworkRule, Severity};

pub(super) fn findings(analysis: &Analysis, tally: &Tally) -> Option<Finding> {
    let figure = analysis.groups.first()?.figures[Metric::ReworkRate].known()?;
    let (k, by_rule) = (figure.k.filter(|k| *k > 0)?, figure.rework()?);
    let share = |held: &dyn Fn(ReworkRule) -> bool| {
        let of = tally.rework.iter().filter(|(rules, _)| rules.iter().copied().any(held));
        percent(of.map(|(_, n)| *n as f64).sum::<f64>() / figure.n as f64)
    };
    let first = |rule| by_rule.get(&rule).copied().unwrap_or(0);
    Some(finding(
        "rework-by-rule",
        Severity::Info,
        "all",
        format!(
            "{k} of {} deployments are rework, each by the first rule that holds: {} because people say so, {} because they are \
             the first after an incident that was not over, {} as rollbacks. The rework rate of {} would be {} without what \
             people say, {} without rollbacks and {} by incidents alone.",
            figure.n,
            first(ReworkRule::Said),
            first(ReworkRule::Fix),
            first(ReworkRule::Rollback),
            share(&|_| true),
            share(&|rule| rule != ReworkRule::Said),
            share(&|rule| rule != ReworkRule::Rollback),
            share(&|rule| rule == ReworkRule::Fix)
        ),
        "Name the labels, branches or titles of hotfixes under [rework]; a rollback after a lost race of two builds is no rework.",
    ))
}
