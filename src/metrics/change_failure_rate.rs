//! Change failure rate.
//!
//! Distinct counted deployments known at the period's end to have failed ÷ counted deployments of the period. Never above
//! 1, and no value without deployments. Interval: Wilson. The links between incidents and deployments are made in
//! `facts::attribution`. Source: DORA, "change fail rate".

use std::collections::BTreeMap;

use super::descriptor::{Descriptor, Gauge, Needs, Part, Prometheus, Test};
use super::group_span::GroupSpan;
use super::shares::share;
use super::tables::{Better, Details, Figure, Rule, Statistic, Unit};

pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    id: "change_failure_rate",
    aliases: &["cfr", "change-failure-rate"],
    title: "Change failure rate",
    short: "Change failure rate",
    in_text: "change failure rate",
    definition: "Deployments known to have failed, divided by all of them.",
    meaning: "Deployments that failed over all counted deployments. Interval: Wilson. A deployment near the end of the \
              period may still turn out to have failed.",
    unit: Unit::Ratio,
    better: Better::Lower,
    statistics: &[Statistic::Ratio],
    interval: "Wilson's interval of a share",
    thresholds: |bands| Some(&bands.change_failure_rate),
    answers: |_| None,
    quick_check: Some("changefailure"),
    needs: Needs::Both,
    test: Test::Shares,
    counts: ("deployment", "deployments"),
    part: Some(Part { key: "failed", are: "failed", is: "failed", one: "failed" }),
    section: Some("failures"),
    beside: None,
    prometheus: Some(Prometheus {
        record: "dora:change_failure_rate:ratio30d",
        description: "Share of the deployments of the last 30 days that failed.",
        gauges: &[Gauge {
            name: "dora_change_failure_ratio",
            help: "Failed deployments over deployments of the window.",
            value: |row| row.change_failure_rate,
        }],
    }),
    blank: || Details::Failures(BTreeMap::new()),
    measure,
};

fn measure(group: &GroupSpan<'_>) -> Figure {
    let end = group.span.to;
    let first = |deployment| {
        let known = group.facts.failures(deployment).iter().filter(|failure| failure.validity.holds_at(end));
        known.map(|failure| failure.rule).min()
    };
    share(group, &Rule::ALL, first, Details::Failures)
}
