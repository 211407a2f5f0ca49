//! `coverage`: the groups, and the spans that were read completely for their figures.
//!
//! A figure of a group needs every `need` of its kind over the whole window; a need has one row for each span. One without
//! spans has a row without instants: the group is there, and nothing of it was read.

use super::{Input, Shard};
use crate::domain::coverage::intersect;
use crate::domain::time::{Span, Timestamp};
use crate::facts::FactsError;
use crate::facts::published::{Cells, Frame};
use crate::metrics::covered::Covered;

/// The years 1 to 9999: what every reader of Parquet can show.
const EVER: Span = Span { from: Timestamp(-62_135_596_800_000), to: Timestamp(253_402_300_799_000) };

/// One span of one need.
#[derive(Debug)]
pub(super) struct Row<'a> {
    group: &'a Covered,
    needed_for: &'static str,
    need: String,
    span: Option<Span>,
}

/// The rows of a shard: the groups that have a repo in it, and those that have none at all.
pub(super) fn rows<'a>(input: &Input<'a>, shard: &Shard) -> Vec<Row<'a>> {
    let mut rows = Vec::new();
    for group in input.covered {
        let own: Vec<&Vec<Span>> = group.repos.iter().filter(|(repo, _)| shard.has(repo)).map(|(_, it)| it).collect();
        if own.is_empty() && !group.repos.is_empty() {
            continue;
        }
        let all = |spans: &[Span]| spans.iter().map(|span| within(*span)).collect::<Vec<_>>();
        let mut deployments = match own.split_first() {
            Some((first, others)) => others.iter().fold(all(first), |both, spans| intersect(&both, spans)),
            None => Vec::new(),
        };
        let mut incidents = all(&group.incidents);
        if !group.counts_deployments {
            deployments.clear();
        }
        if !group.counts_incidents {
            incidents.clear();
        }
        let mut failures = intersect(&deployments, &incidents);
        if !group.counts_failures {
            failures.clear();
        }
        for (needed_for, spans) in [("deployments", deployments), ("incidents", incidents), ("failures", failures)] {
            let spans = if spans.is_empty() { vec![None] } else { spans.into_iter().map(Some).collect() };
            rows.extend(spans.into_iter().map(|span| Row { group, needed_for, need: shard.name(), span }));
        }
    }
    rows
}

fn within(span: Span) -> Span {
    Span { from: span.from.clamp(EVER.from, EVER.to), to: span.to.clamp(EVER.from, EVER.to) }
}

/// The table.
pub(super) fn frame(rows: &[Row<'_>]) -> Result<Frame, FactsError> {
    Frame::of(
        "coverage",
        vec![
            ("group_kind", Cells::texts(rows.iter().map(|row| Some(row.group.group.kind.as_str())))),
            ("group_name", Cells::texts(rows.iter().map(|row| Some(row.group.group.name.as_str())))),
            ("needed_for", Cells::texts(rows.iter().map(|row| Some(row.needed_for)))),
            ("need", Cells::texts(rows.iter().map(|row| Some(row.need.as_str())))),
            ("from_at", Cells::Instant(rows.iter().map(|row| row.span.map(|span| span.from)).collect())),
            ("to_at", Cells::Instant(rows.iter().map(|row| row.span.map(|span| span.to)).collect())),
        ],
    )
}
