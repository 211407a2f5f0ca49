//! Pull requests as the lead time takes them: instants, number and the commit that the merge made; and whether they are
//! marked as rework. The texts are read only if a rule needs them, and only the result is kept.

use std::ops::Range;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::error::FactsError;
use super::inputs::{InputSummary, observed};
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
    /// Their times.
    pub times: Vec<PullRequestTimes>,
    /// Whether each is marked as rework by label, branch or title. Empty without such rules.
    pub said: Vec<bool>,
    merge: Vec<Option<Sha>>,
    by_repo: FxHashMap<String, Range<usize>>,
}

impl Requests {
    pub(super) fn read(dataset: &Dataset, rules: &ReworkRules) -> Result<(Self, InputSummary), FactsError> {
        let table = Table::PullRequests;
        let instant = |name: &str| col(name).cast(DataType::Int64);
        let mut wanted = vec![
            // Repos are compared without case.
            col("repo").str().to_lowercase(),
            col("number"),
            col("merge_sha"),
            instant("opened_at"),
            instant("first_commit_at"),
            instant("first_review_at"),
            instant("merged_at"),
            col("observed_at"),
        ];
        if rules.reads_pull_requests() {
            wanted.extend(["labels", "head_ref", "title"].map(col));
        }
        let frame = dataset
            .read(table, &|part| part.select(&wanted))?
            .sort(["repo", "number"], SortMultipleOptions::default())
            .map_err(FactsError::reading(table))?;
        let columns = Columns { frame: &frame, table };
        let (number, opened) = (columns.integers("number")?, columns.integers("opened_at")?);
        let (commit, review) = (columns.integers("first_commit_at")?, columns.integers("first_review_at")?);
        let merged = columns.integers("merged_at")?;
        let times = (0..frame.height())
            .map(|row| PullRequestTimes {
                number: number.get(row).unwrap_or_default(),
                opened_at: Timestamp(opened.get(row).unwrap_or_default()),
                first_commit_at: commit.get(row).map(Timestamp),
                first_review_at: review.get(row).map(Timestamp),
                merged_at: merged.get(row).map(Timestamp),
            })
            .collect();
        let mut by_repo: FxHashMap<String, Range<usize>> = FxHashMap::default();
        let mut last = "";
        let repos = columns.texts("repo")?;
        for (row, repo) in repos.iter().map(Option::unwrap_or_default).enumerate() {
            if row == 0 || repo != last {
                by_repo.insert(repo.to_owned(), row..row);
                last = repo;
            }
            if let Some(range) = by_repo.get_mut(repo) {
                range.end = row + 1;
            }
        }
        let merge = columns.texts("merge_sha")?.iter().map(|sha| sha.map(Sha::of)).collect();
        Ok((Self { times, said: said(&columns, rules)?, merge, by_repo }, observed(&frame, table)?))
    }

    /// Those of a repo, by its name in lower case.
    pub fn of_repo(&self, repo: &str) -> Range<usize> {
        self.by_repo.get(repo).cloned().unwrap_or_default()
    }

    /// The index of a number among those of one repo.
    pub fn of_number(&self, repo: &Range<usize>, number: i64) -> Option<u32> {
        let own = self.times.get(repo.clone())?;
        let at = own.binary_search_by_key(&number, |times| times.number).ok()?;
        u32::try_from(repo.start + at).ok()
    }

    /// The commits that merges of one repo made, each with the index of its pull request.
    pub fn merges(&self, repo: &Range<usize>) -> impl Iterator<Item = (Sha, u32)> + '_ {
        let from = repo.start;
        let own = self.merge.get(repo.clone()).unwrap_or_default().iter().enumerate();
        own.filter_map(move |(at, sha)| Some(((*sha)?, u32::try_from(from + at).ok()?)))
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
