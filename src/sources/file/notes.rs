//! What the user should hear of a file although it could be read: counts, each with the line of its first case.

use std::cell::Cell;

use rustc_hash::FxHashSet;

use crate::domain::event::Rows;
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

/// The sentences about the rows of a file; `lines` are theirs.
pub(super) fn notes(rows: &Rows, lines: &[u64], zero_instants: &Cell<Tally>, now: Timestamp) -> Vec<String> {
    let (mut future, mut backwards) = (Tally::default(), Tally::default());
    let mut note = |line: u64, begins: Timestamp, end: Option<Timestamp>, others: &[Option<Timestamp>]| {
        if others.iter().flatten().chain(end.iter()).chain([&begins]).any(|at| *at > now) {
            future = future.and(line);
        }
        if end.is_some_and(|end| end < begins) {
            backwards = backwards.and(line);
        }
    };
    let all_lines = lines;
    let lines = lines.iter().copied();
    match rows {
        Rows::Deployments(rows) => {
            for (row, line) in rows.iter().zip(lines) {
                note(line, row.created_at, row.finished_at, &[]);
            }
        }
        Rows::Commits(rows) => {
            for (row, line) in rows.iter().zip(lines) {
                note(line, row.committed_at, None, &[Some(row.authored_at)]);
            }
        }
        Rows::PullRequests(rows) => {
            for (row, line) in rows.iter().zip(lines) {
                let others = [row.first_commit_at, row.first_review_at, row.approved_at];
                note(line, row.opened_at, row.merged_at, &others);
            }
        }
        Rows::Incidents(rows) => {
            for (row, line) in rows.iter().zip(lines) {
                note(line, row.opened_at, row.resolved_at, &[row.acknowledged_at]);
            }
        }
    }
    let mut inactive = Tally::default();
    if let Rows::Deployments(rows) = rows {
        let statuses: FxHashSet<(&str, &str)> =
            rows.iter().filter(|row| row.status != "inactive").map(|row| (&*row.source, &*row.id)).collect();
        for (row, line) in rows.iter().zip(all_lines) {
            if row.status == "inactive" && !statuses.contains(&(&*row.source, &*row.id)) {
                inactive = inactive.and(*line);
            }
        }
    }
    let zeros = zero_instants.get();
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
