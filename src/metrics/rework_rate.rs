//! Deployment rework rate.
//!
//! Counted deployments of the period that are rework, as known at its end ÷ counted deployments of the period. Each
//! counts once, under the first of its rules: `rework` (it is marked as rework), `fix` (the first deployment after an
//! incident that was not over), `rollback`; `facts::rework` has them in full. No value without deployments. Interval:
//! Wilson. It needs what the change failure rate needs, since incidents that were not read may hide fixes. No edition
//! has bands for it. Source: DORA, "deployment rework rate" (since 2024).

use std::collections::BTreeMap;

use super::descriptor::{Descriptor, Gauge, Needs, Part, Prometheus, Test};
use super::group_span::GroupSpan;
use super::shares::share;
use super::tables::{Better, Details, Figure, ReworkRule, Statistic, Unit};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    id: "rework_rate",
    aliases: &["rework", "drr", "rework-rate"],
    title: "Deployment rework rate",
    short: "Rework rate",
    in_text: "deployment rework rate",
    definition: "Deployments that were made because of an incident in production (marked as rework, the first deployment \
                 after an unresolved incident, or a rollback), divided by all deployments.",
    meaning: "Deployments that were not planned but made because of an incident in production, over all counted deployments. \
              A deployment is rework by the first of three rules that holds: marked as rework (the labels, branches, titles, \
              refs and tasks that [rework] names); it is the first to finish of those created after the opening of an \
              incident that failed an earlier deployment of its repo and environment, and the incident was not resolved when \
              it was created; it is a rollback. Interval: Wilson.",
    unit: Unit::Ratio,
    better: Better::Lower,
    statistics: &[Statistic::Ratio],
    interval: "Wilson's interval of a share",
    thresholds: |_| None,
    answers: |_| None,
    quick_check: Some("rework"),
    needs: Needs::Both,
    test: Test::Shares,
    counts: ("deployment", "deployments"),
    part: Some(Part { key: "rework", are: "are rework", is: "is rework", one: "rework" }),
    section: Some("rework"),
    beside: None,
    prometheus: Some(Prometheus {
        record: "dora:rework_rate:ratio30d",
        description: "Share of the deployments of the last 30 days that were made because of an incident.",
        gauges: &[Gauge {
            name: "dora_rework_ratio",
            help: "Rework deployments over deployments of the window.",
            value: |row| row.rework_rate,
        }],
    }),
    blank: || Details::Rework(BTreeMap::new()),
    measure,
};

fn measure(group: &GroupSpan<'_>) -> Figure {
    let end = group.span.to;
    let first = |deployment| {
        let mut known = group.facts.rework(deployment).iter().filter(|it| it.validity.holds_at(end));
        known.next().map(|it| it.rule)
    };
    share(group, &ReworkRule::ALL, first, Details::Rework)
}
