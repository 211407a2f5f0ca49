//! Pull requests as the lead time takes them: instants, number and the commit that the merge made; and whether they are
//! marked as rework. The texts are read only if a rule needs them, and only the result is kept.

use std::ops::Range;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::columns::Categories;
use super::error::FactsError;
use super::inputs::InputSummary;
use super::instants::{Instants, numbers, picked};
use super::pieces::{checked, pieces, read_pieces};
use crate::domain::event::Table;
use crate::domain::rework::ReworkRules;
use crate::domain::sha::Sha;
use crate::domain::time::Timestamp;
use crate::store::Dataset;
use crate::store::columns::Columns;

/// A pull request as the lead time takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullRequestTimes {
    /// Its number.
    pub number: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Authored instant of its first commit.
    pub first_commit_at: Option<Timestamp>,
    /// First review by another person.
    pub first_review_at: Option<Timestamp>,
    /// When it was merged.
    pub merged_at: Option<Timestamp>,
}

impl PullRequestTimes {
    /// The authored instant of its first commit, where a program did not write it for "none".
    pub fn first_commit(&self) -> Option<Timestamp> {
        self.first_commit_at.filter(|at| !at.is_placeholder())
    }
}

/// All pull requests, in order of repo (in lower case) and number.
#[derive(Debug, Default)]
pub struct Requests {
    times: Times,
    /// Whether each is marked as rework by label, branch or title. Empty without such rules.
    pub said: Vec<bool>,
    merge: Vec<Option<Sha>>,
    by_repo: FxHashMap<String, Range<usize>>,
}

/// Number and instants of pull requests as columns. For their meaning, see [`PullRequestTimes`].
#[derive(Debug, Default)]
struct Times {
    number: Vec<i64>,
    opened_at: Vec<i64>,
    first_commit_at: Instants,
    first_review_at: Instants,
    merged_at: Instants,
}

impl Times {
    fn of_frame(columns: &Columns<'_>) -> Result<Self, FactsError> {
        Ok(Self {
            number: numbers(columns, "number")?,
            opened_at: numbers(columns, "opened_at")?,
            first_commit_at: Instants::read(columns, "first_commit_at")?,
            first_review_at: Instants::read(columns, "first_review_at")?,
            merged_at: Instants::read(columns, "merged_at")?,
        })
    }

    fn get(&self, row: usize) -> Option<PullRequestTimes> {
        Some(PullRequestTimes {
            number: *self.number.get(row)?,
            opened_at: Timestamp(*self.opened_at.get(row)?),
            first_commit_at: self.first_commit_at.get(row),
            first_review_at: self.first_review_at.get(row),
            merged_at: self.merged_at.get(row),
        })
    }

    fn append(&mut self, other: &Self) {
        self.number.extend(&other.number);
        self.opened_at.extend(&other.opened_at);
        self.first_commit_at.append(&other.first_commit_at);
        self.first_review_at.append(&other.first_review_at);
        self.merged_at.append(&other.merged_at);
    }

    /// Some rows, in an order.
    fn picked(&self, rows: &[usize]) -> Self {
        Self {
            number: picked(&self.number, rows),
            opened_at: picked(&self.opened_at, rows),
            first_commit_at: self.first_commit_at.picked(rows),
            first_review_at: self.first_review_at.picked(rows),
            merged_at: self.merged_at.picked(rows),
        }
    }
}

/// The columns that are always read.
const READ: [&str; 8] =
    ["repo", "number", "merge_sha", "opened_at", "first_commit_at", "first_review_at", "merged_at", "observed_at"];

impl Requests {
    pub(super) fn read(dataset: &Dataset, rules: &ReworkRules) -> Result<(Self, InputSummary), FactsError> {
        let table = Table::PullRequests;
        let mut wanted: Vec<Expr> = READ.map(col).into();
        if rules.reads_pull_requests() {
            wanted.extend(["labels", "head_ref", "title"].map(col));
        }
        let mut all = Rows::default();
        let summary = read_pieces(
            (table, &pieces(&checked(dataset, table)?)),
            |_, rows| rows.select(&wanted),
            |frame| Rows::of_frame(frame, rules),
            |rows| {
                all.append(rows);
                Ok(())
            },
        )?;
        Ok((all.in_order(), summary))
    }

    /// One of them.
    pub fn get(&self, index: u32) -> Option<PullRequestTimes> {
        self.times.get(index as usize)
    }

    /// Those of a repo, by its name in lower case.
    pub fn of_repo(&self, repo: &str) -> Range<usize> {
        self.by_repo.get(repo).cloned().unwrap_or_default()
    }

    /// The index of a number among those of one repo.
    pub fn of_number(&self, repo: &Range<usize>, number: i64) -> Option<u32> {
        let at = self.times.number.get(repo.clone())?.binary_search(&number).ok()?;
        u32::try_from(repo.start + at).ok()
    }

    /// The commits that merges of one repo made, each with the index of its pull request.
    pub fn merges(&self, repo: &Range<usize>) -> impl Iterator<Item = (Sha, u32)> + '_ {
        let from = repo.start;
        let own = self.merge.get(repo.clone()).unwrap_or_default().iter().enumerate();
        own.filter_map(move |(at, sha)| Some(((*sha)?, u32::try_from(from + at).ok()?)))
    }
}

/// Pull requests as they are read, in any order.
#[derive(Default)]
struct Rows {
    repo: Categories,
    times: Times,
    said: Vec<bool>,
    merge: Vec<Option<Sha>>,
}

impl Rows {
    fn of_frame(frame: &DataFrame, rules: &ReworkRules) -> Result<Self, FactsError> {
        let columns = Columns { frame, table: Table::PullRequests };
        let merge = columns.texts("merge_sha")?.iter().map(|sha| sha.map(Sha::of)).collect();
        let repo = columns.texts("repo")?.iter().map(|repo| Some(repo.unwrap_or_default())).collect();
        Ok(Self { repo, times: Times::of_frame(&columns)?, said: said(&columns, rules)?, merge })
    }

    fn append(&mut self, other: Self) {
        self.repo.append(&other.repo);
        self.times.append(&other.times);
        self.said.extend(other.said);
        self.merge.extend(other.merge);
    }

    fn in_order(self) -> Requests {
        // Repos are compared without case: two spellings have one rank.
        let lower: Vec<String> = self.repo.names().iter().map(|name| name.to_lowercase()).collect();
        let mut names: Vec<&str> = lower.iter().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        let rank: Vec<Option<usize>> = lower.iter().map(|name| names.binary_search(&name.as_str()).ok()).collect();
        let rank_of = |row: usize| self.repo.of(row).and_then(|code| rank.get(code)).copied().flatten();
        let mut order: Vec<(Option<usize>, i64, u32)> =
            (0..).zip(&self.times.number).map(|(row, number)| (rank_of(row as usize), *number, row)).collect();
        order.sort_unstable();
        let mut by_repo: FxHashMap<String, Range<usize>> = FxHashMap::default();
        let mut from = 0;
        for own in order.chunk_by(|one, other| one.0 == other.0) {
            let repo = own.first().and_then(|(rank, ..)| names.get((*rank)?)).map_or("", |name| *name);
            by_repo.insert(repo.to_owned(), from..from + own.len());
            from += own.len();
        }
        let rows: Vec<usize> = order.iter().map(|(.., row)| *row as usize).collect();
        Requests {
            times: self.times.picked(&rows),
            said: picked(&self.said, &rows),
            merge: picked(&self.merge, &rows),
            by_repo,
        }
    }
}

/// What people say of each pull request; empty where no rule asks.
fn said(columns: &Columns<'_>, rules: &ReworkRules) -> Result<Vec<bool>, FactsError> {
    if !rules.reads_pull_requests() {
        return Ok(Vec::new());
    }
    let (labels, branches, titles) = (columns.lists("labels")?, columns.texts("head_ref")?, columns.texts("title")?);
    let rows = labels.iter().zip(branches.iter()).zip(titles.iter());
    Ok(rows
        .map(|((labels, branch), title)| {
            rules.match_pull_request(labels.iter().flatten().map(String::as_str), branch, title)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repo_in_two_spellings_is_one_repo_whose_pull_requests_are_in_order_of_number() {
        let number = vec![7, 1, 3, 2];
        let at = || number.clone();
        let rows = Rows {
            repo: ["Acme/Web", "acme/api", "acme/WEB", "Acme/Web"].into_iter().map(Some).collect(),
            times: Times { number: at(), opened_at: at(), ..Times::default() },
            said: vec![true, false, false, false],
            merge: vec![None; 4],
        };
        let requests = rows.in_order();
        let of = |repo: &str| {
            let own = requests.of_repo(repo);
            own.filter_map(|row| requests.times.number.get(row)).copied().collect::<Vec<i64>>()
        };
        assert_eq!((of("acme/api"), of("acme/web"), of("Acme/Web")), (vec![1], vec![2, 3, 7], vec![]));
        assert_eq!(requests.of_number(&requests.of_repo("acme/web"), 7), Some(3));
        assert_eq!((requests.said, requests.times.opened_at), (vec![false, false, false, true], vec![1, 2, 3, 7]));
    }
}
