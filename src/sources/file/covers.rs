//! Which span of history an import file covers: the one stated, or the whole days from its first to its last event.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use rustc_hash::FxHashMap;

use super::rows::DEFAULT_SOURCE;
use crate::domain::batch::{Batch, RowId};
use crate::domain::coverage::{Coverage, EVERYTHING};
use crate::domain::event::Table;
use crate::domain::time::{Span, Timestamp, Zone};

/// The coverage that an import adds; `source` is that of a file without rows. `stated` is a half-open range of days in `zone`, and then holds for every repo;
/// without it each repo, or each incident source, is covered from the day of its first event to that of its last.
/// Commits and pull requests have no coverage of their own.
pub fn coverage(
    rows: &Batch,
    source: Option<&str>,
    stated: Option<(NaiveDate, NaiveDate)>,
    zone: Zone,
) -> Vec<Coverage> {
    // scope → sources that have rows in it, first and last event.
    let mut seen: BTreeMap<&str, (BTreeSet<&str>, Timestamp, Timestamp)> = BTreeMap::new();
    for ((scope, source), (first, last)) in spans(rows) {
        let entry = seen.entry(scope).or_insert_with(|| (BTreeSet::new(), first, last));
        entry.0.insert(source);
        entry.1 = entry.1.min(first);
        entry.2 = entry.2.max(last);
    }
    if matches!(rows.table(), Table::Commits | Table::PullRequests) {
        return Vec::new();
    }
    let table = rows.table();
    if let Some((from, to)) = stated {
        let mut sources: BTreeSet<&str> = seen.values().flat_map(|(sources, ..)| sources.iter().copied()).collect();
        if sources.is_empty() {
            sources.insert(source.unwrap_or(DEFAULT_SOURCE));
        }
        let spans = vec![zone.span(from, to)];
        return sources.into_iter().map(|source| entry(table, source, EVERYTHING, spans.clone())).collect();
    }
    let mut covered = Vec::new();
    for (scope, (sources, first, last)) in &seen {
        let after = zone.day_of(*last).checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        let span = Span { from: zone.midnight(zone.day_of(*first)), to: zone.midnight(after) };
        let scope = if table == Table::Incidents { EVERYTHING } else { scope };
        covered.extend(sources.iter().map(|source| entry(table, source, scope, vec![span])));
    }
    covered.sort_unstable();
    covered
}

/// By scope and source, when the first event and the last one began.
fn spans(rows: &Batch) -> FxHashMap<(&str, &str), (Timestamp, Timestamp)> {
    let (scope, begins) = match rows.table() {
        Table::Deployments => (rows.position("repo"), rows.position("created_at")),
        // Each incident source is a scope of its own: events of one source do not cover another.
        Table::Incidents => (rows.position("source"), rows.position("opened_at")),
        Table::Commits | Table::PullRequests => return FxHashMap::default(),
    };
    let began = if rows.table() == Table::Deployments { began(rows, begins) } else { FxHashMap::default() };
    let mut seen: FxHashMap<(&str, &str), (Timestamp, Timestamp)> = FxHashMap::default();
    for id in rows.ids() {
        let (source, _) = rows.key(id);
        let at = match began.get(&id) {
            Some(None) => continue,
            Some(Some(first)) => *first,
            None => Timestamp(rows.number(begins, id).unwrap_or_default()),
        };
        let span = seen.entry((rows.text(scope, id).unwrap_or_default(), source)).or_insert((at, at));
        *span = (span.0.min(at), span.1.max(at));
    }
    seen
}

/// A deployment may have a row for each of its statuses, the last long after it began: of the first row of each such
/// deployment when it began, and of the others nothing.
fn began(rows: &Batch, begins: usize) -> FxHashMap<RowId, Option<Timestamp>> {
    let mut began = FxHashMap::default();
    for same_hash in rows.index().repeated() {
        let mut firsts: BTreeMap<_, (RowId, Timestamp)> = BTreeMap::new();
        for (_, id) in same_hash {
            let at = Timestamp(rows.number(begins, *id).unwrap_or_default());
            let first = firsts.entry(rows.key(*id)).or_insert((*id, at));
            first.1 = first.1.min(at);
            began.insert(*id, None);
        }
        began.extend(firsts.into_values().map(|(id, at)| (id, Some(at))));
    }
    began
}

fn entry(table: Table, source: &str, scope: &str, spans: Vec<Span>) -> Coverage {
    Coverage { table, source: source.to_owned(), scope: scope.to_owned(), spans }
}
