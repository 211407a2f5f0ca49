//! Which span of history an import file covers: the one stated, or the whole days from its first to its last event.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};
use rustc_hash::FxHashMap;

use super::rows::DEFAULT_SOURCE;
use crate::domain::coverage::{Coverage, EVERYTHING};
use crate::domain::event::{Rows, Table};
use crate::domain::time::{Span, Timestamp, Zone};

/// The coverage that an import adds; `source` is that of a file without rows. `stated` is a half-open range of days in `zone`, and then holds for every repo;
/// without it each repo, or each incident source, is covered from the day of its first event to that of its last.
/// Commits and pull requests have no coverage of their own.
pub fn coverage(
    rows: &Rows,
    source: Option<&str>,
    stated: Option<(NaiveDate, NaiveDate)>,
    zone: Zone,
) -> Vec<Coverage> {
    // scope → sources that have rows in it, first and last event.
    let mut seen: BTreeMap<&str, (BTreeSet<&str>, Timestamp, Timestamp)> = BTreeMap::new();
    let mut note = |scope, source, at: Timestamp| {
        let entry = seen.entry(scope).or_insert_with(|| (BTreeSet::new(), at, at));
        entry.0.insert(source);
        entry.1 = entry.1.min(at);
        entry.2 = entry.2.max(at);
    };
    match rows {
        Rows::Deployments(rows) => {
            // A deployment may have a row for each of its statuses, the last long after it began.
            let mut began: FxHashMap<(&str, &str), (&str, Timestamp)> = FxHashMap::default();
            for row in rows {
                let first = began.entry((&row.source, &row.id)).or_insert((&row.repo, row.created_at));
                first.1 = first.1.min(row.created_at);
            }
            for ((source, _), (repo, at)) in began {
                note(repo, source, at);
            }
        }
        // A source is a scope of its own: what one source says about a day says nothing of another.
        Rows::Incidents(rows) => {
            for row in rows {
                note(&row.source, &row.source, row.opened_at);
            }
        }
        Rows::Commits(_) | Rows::PullRequests(_) => return Vec::new(),
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

fn entry(table: Table, source: &str, scope: &str, spans: Vec<Span>) -> Coverage {
    Coverage { table, source: source.to_owned(), scope: scope.to_owned(), spans }
}
