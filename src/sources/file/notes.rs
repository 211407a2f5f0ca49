//! Notes for the user about a file that could be read: counts, each with the line of its first case.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::error::shortened;
use super::preset::Sorts;
use crate::domain::batch::{Batch, RowId};
use crate::domain::event::{Commit, Deployment, Incident, PullRequest};
use crate::domain::time::Timestamp;

/// How often something occurred, and where first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    count: u64,
    first_line: u64,
}

impl Tally {
    /// With one case more, on `line`.
    pub(super) fn and(self, line: u64) -> Self {
        Self { count: self.count + 1, first_line: if self.count == 0 { line } else { self.first_line } }
    }
}

/// Counts of suspicious instants, collected while a file is read.
#[derive(Debug, Default)]
pub(super) struct OddInstants {
    /// Those that programs write for "none".
    pub(super) zeros: Cell<Tally>,
    /// Times that clocks showed twice.
    pub(super) shown_twice: Cell<Tally>,
}

/// Counts one more on `line`.
pub(super) fn count(tally: &Cell<Tally>, line: u64) {
    tally.set(tally.get().and(line));
}

/// What is counted of the rows of a file while they are read.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    future: Tally,
    backwards: Tally,
    inactive: bool,
}

impl Tallies {
    /// Counts a row with its beginning, its end and its other instants.
    fn add(
        &mut self,
        line: u64,
        now: Timestamp,
        begins: Timestamp,
        end: Option<Timestamp>,
        others: &[Option<Timestamp>],
    ) {
        if others.iter().flatten().chain(end.iter()).chain([&begins]).any(|at| *at > now) {
            self.future = self.future.and(line);
        }
        if end.is_some_and(|end| end < begins) {
            self.backwards = self.backwards.and(line);
        }
    }

    pub(super) fn deployment(&mut self, row: &Deployment, line: u64, now: Timestamp) {
        self.add(line, now, row.created_at, row.finished_at, &[]);
        self.inactive |= row.status == INACTIVE;
    }

    pub(super) fn commit(&mut self, row: &Commit, line: u64, now: Timestamp) {
        self.add(line, now, row.committed_at, None, &[Some(row.authored_at)]);
    }

    pub(super) fn pull_request(&mut self, row: &PullRequest, line: u64, now: Timestamp) {
        let others = [row.first_commit_at, row.first_review_at, row.approved_at];
        self.add(line, now, row.opened_at, row.merged_at, &others);
    }

    pub(super) fn incident(&mut self, row: &Incident, line: u64, now: Timestamp) {
        self.add(line, now, row.opened_at, row.resolved_at, &[row.acknowledged_at]);
    }
}

const INACTIVE: &str = "inactive";

/// Sorts that a message names.
const MOST_SORTS: usize = 5;

/// What the rows are, where they are not all of one sort that may be that of incidents.
pub(super) fn of_sorts(sorts: Sorts, found: &BTreeMap<String, u64>, rows: u64) -> Option<String> {
    let is_of_all = found.iter().any(|(name, count)| *count == rows && name.to_lowercase().contains(sorts.has));
    if rows == 0 || is_of_all || found.is_empty() {
        return None;
    }
    let mut most: Vec<(&String, &u64)> = found.iter().collect();
    most.sort_by_key(|(name, count)| (Reverse(**count), name.as_str()));
    let named: Vec<String> =
        most.iter().take(MOST_SORTS).map(|(name, count)| format!("`{}` on {count}", shortened(name))).collect();
    let more = if most.len() > MOST_SORTS { ", and others" } else { "" };
    Some(format!(
        "each of the {rows} rows counts as an incident, whatever its {name}: {}{more}; if some are not incidents, search for \
         the {name} of incidents, export again, and import into a new dataset (--data)",
        named.join(", "),
        name = sorts.name
    ))
}

/// The rows of deployments that have no other status.
fn only_inactive(batch: &Batch, lines: &[u32]) -> Tally {
    let status = batch.position("status");
    let is_inactive = |id: &RowId| batch.text(status, *id) == Some(INACTIVE);
    let others: FxHashSet<_> = batch.ids().filter(|id| !is_inactive(id)).map(|id| batch.key(id)).collect();
    let alone = batch.ids().filter(|id| is_inactive(id) && !others.contains(&batch.key(*id)));
    alone.fold(Tally::default(), |tally, id| tally.and(lines.get(id.position()).copied().map_or(0, u64::from)))
}

/// The sentences about the rows of a file; `lines` are theirs.
pub(super) fn notes(tallies: &Tallies, batch: &Batch, lines: &[u32], odd: &OddInstants, now: Timestamp) -> Vec<String> {
    let Tallies { future, backwards, inactive } = *tallies;
    let inactive = if inactive { only_inactive(batch, lines) } else { Tally::default() };
    let (zeros, twice) = (odd.zeros.get(), odd.shown_twice.get());
    let plural = |count, one: &'static str, many: &'static str| if count == 1 { one } else { many };
    let sentence = |tally: Tally, what: &str| {
        let rows = plural(tally.count, "row has", "rows have");
        (tally.count > 0).then(|| format!("{} {rows} {what} (first on line {})", tally.count, tally.first_line))
    };
    [
        (zeros.count > 0).then(|| {
            format!(
                "{} {} of the year 1 or 1970 {} read as missing, because programs write these years for missing values (first on line {})",
                zeros.count,
                plural(zeros.count, "instant", "instants"),
                plural(zeros.count, "is", "are"),
                zeros.first_line
            )
        }),
        sentence(
            twice,
            "a time without an offset that clocks showed twice, when they went back; the first of the two instants is taken",
        ),
        sentence(
            inactive,
            "the status `inactive` alone, which GitHub gives to a deployment when a newer one replaces it, and which does \
             not count; if those deployments succeeded, import them with --map-status inactive=success",
        ),
        sentence(future, &format!("a timestamp in the future (now: {now}); check the clock and time zone offset of the system that wrote the file")),
        sentence(backwards, "an end before its start; these durations are left out with the reason `negative`"),
    ]
    .into_iter()
    .flatten()
    .collect()
}
