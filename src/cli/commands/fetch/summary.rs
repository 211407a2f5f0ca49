//! What a fetch did and what one would do, as tables of text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::domain::coverage::join;
use crate::domain::event::{Rows, Table};
use crate::domain::time::{Span, Timestamp};
use crate::sources::github::{Cost, Estimate};

/// How the reading of a repo ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The run ended first.
    #[default]
    Unfinished,
    /// Completely read.
    Done,
    /// Not, and why.
    Failed(String),
}

/// What was read of one repo.
#[derive(Debug, Default)]
pub(super) struct RepoRead {
    /// Rows that the dataset did not have.
    pub(super) new: usize,
    /// Deployments read, and so on.
    deployments: usize,
    commits: usize,
    pull_requests: usize,
    pub(super) covered: Vec<Span>,
    pub(super) outcome: Outcome,
}

impl RepoRead {
    /// Counts rows that were read.
    pub(super) fn add(&mut self, rows: &Rows) {
        match rows.table() {
            Table::Deployments => self.deployments += rows.len(),
            Table::Commits => self.commits += rows.len(),
            Table::PullRequests => self.pull_requests += rows.len(),
            Table::Incidents => {}
        }
    }
}

/// What was read, by repo.
#[derive(Debug, Default)]
pub(super) struct Summary {
    pub(super) repos: BTreeMap<String, RepoRead>,
    /// How many there will be, where that is known.
    pub(super) total: Option<usize>,
}

impl Summary {
    /// How many repos were not read to their end.
    pub(super) fn failed(&self) -> usize {
        self.repos.values().filter(|repo| repo.outcome != Outcome::Done).count()
    }

    /// One line while the run goes on.
    pub(super) fn progress(&self) -> String {
        let ended = self.repos.values().filter(|repo| repo.outcome != Outcome::Unfinished).count();
        let rows: usize = self.repos.values().map(|repo| repo.deployments + repo.commits + repo.pull_requests).sum();
        match self.total {
            Some(total) => format!("{ended} of {} repos read, {rows} rows", total.max(self.repos.len())),
            None => format!("{ended} repos read, {} begun, {rows} rows", self.repos.len() - ended),
        }
    }
}

/// What was read, a row per repo, and what it cost.
pub(super) fn table(read: &Summary, cost: Option<&Cost>) -> String {
    let head = ["repo", "new rows", "deployments", "commits", "pull requests", "covers"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for (repo, it) in &read.repos {
        let end = match &it.outcome {
            Outcome::Failed(reason) => plain(reason),
            Outcome::Unfinished => "not read to its end".into(),
            Outcome::Done => {
                let spans = join(it.covered.clone());
                let spans = spans.iter().map(|span| format!("{}..{}", minute(span.from), minute(span.to)));
                spans.collect::<Vec<_>>().join(", ")
            }
        };
        let counts = [it.new, it.deployments, it.commits, it.pull_requests];
        let counts = counts.iter().map(ToString::to_string);
        rows.push([plain(repo)].into_iter().chain(counts).chain([end]).collect());
    }
    let mut text = aligned(&rows);
    if let Some(cost) = cost {
        let _ = write!(text, "{} requests, {} points", cost.requests, cost.points);
        if let Some(left) = cost.points_left {
            let _ = write!(text, ", {left} points left");
        }
    } else {
        text.truncate(text.trim_end().len());
    }
    text
}

/// What a run would read at most, a row per repo; no numbers for one that could not be asked.
pub(super) fn estimates(estimates: &[Estimate]) -> String {
    let head = ["repo", "deployments", "commits", "requests", "points"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut total = [0; 4];
    for it in estimates {
        let mut row = vec![plain(&it.repo)];
        if it.problem.is_none() {
            let counts = [it.deployments, it.commits, it.requests, it.points];
            for (sum, count) in total.iter_mut().zip(counts) {
                *sum += count;
            }
            row.extend(counts.iter().map(ToString::to_string));
        }
        rows.push(row);
    }
    rows.push(["total".to_owned()].into_iter().chain(total.iter().map(ToString::to_string)).collect());
    aligned(&rows)
}

/// Columns under each other: the first and those after the counts to the left, counts to the right.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let _ = match column {
                0 => write!(line, "{cell:<width$}"),
                5 => write!(line, "  {cell}"),
                _ => write!(line, "  {cell:>width$}"),
            };
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// An instant to the minute, in UTC.
fn minute(at: Timestamp) -> String {
    at.utc().format("%Y-%m-%dT%H:%MZ").to_string()
}

/// Text from elsewhere on one line, without what a terminal would obey.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{Commit, Deployment};

    #[test]
    fn a_table_shows_counts_coverage_and_failures_and_nothing_a_terminal_obeys() {
        let mut read = Summary::default();
        let web = read.repos.entry("acme/web".into()).or_default();
        web.add(&Rows::Deployments(vec![Deployment::default(); 12]));
        web.add(&Rows::Commits(vec![Commit::default(); 300]));
        web.new = 310;
        web.outcome = Outcome::Done;
        web.covered = vec![Span { from: Timestamp(0), to: Timestamp(90_061_500) }];
        let api = read.repos.entry("acme/api".into()).or_default();
        api.outcome = Outcome::Failed("it says\n\u{1b}[31mno".into());
        read.repos.entry("acme/late".into()).or_default();
        assert_eq!(read.failed(), 2);
        let cost = Cost { requests: 4, points: 6, points_left: Some(4_994) };
        let expected = "\
repo       new rows  deployments  commits  pull requests  covers
acme/api          0            0        0              0  it says  [31mno
acme/late         0            0        0              0  not read to its end
acme/web        310           12      300              0  1970-01-01T00:00Z..1970-01-02T01:01Z
4 requests, 6 points, 4994 points left";
        assert_eq!(table(&read, Some(&cost)), expected);
        assert_eq!(read.progress(), "2 repos read, 1 begun, 312 rows");
        read.total = Some(5);
        assert_eq!(read.progress(), "2 of 5 repos read, 312 rows");
    }
}
