//! Commits and pull requests, joined in Polars and cut into one graph per repo.
//!
//! Of each commit only what the walk needs is read. A commit is joined with its pull request by number, and with the
//! pull requests that it merges by sha; a commit whose pull request was not read counts as one without.

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::error::FactsError;
use crate::domain::event::Table;
use crate::domain::graph::{CommitRow, Graph, Node};
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

/// One repo's commits and what they merge.
#[derive(Debug, Default)]
pub struct RepoChanges<'a> {
    /// Its commit graph.
    pub graph: Graph<'a>,
    /// Indices of the pull requests that a commit merges, lowest number first.
    pub merges: FxHashMap<Node, Vec<u32>>,
}

/// What was read of each repo, by its name in lower case.
#[derive(Debug, Default)]
pub struct Repos<'a>(pub FxHashMap<&'a str, RepoChanges<'a>>);

/// All commits and pull requests of a dataset, commits in order of repo and sha.
#[derive(Debug)]
pub struct Changes {
    repo: StringChunked,
    sha: StringChunked,
    /// Joined by line feeds; null where they were not read.
    parents: StringChunked,
    authored_at: Int64Chunked,
    committed_at: Int64Chunked,
    pull_request: Int64Chunked,
    /// (repo, sha of the merge, index of the pull request), in that order.
    merges: (StringChunked, StringChunked, Int64Chunked),
    /// In order of repo and number.
    pub pull_requests: Vec<PullRequestTimes>,
}

impl Changes {
    /// Reads and joins the two tables.
    ///
    /// # Errors
    /// A part of the dataset cannot be read.
    pub fn read(dataset: &Dataset) -> Result<Self, FactsError> {
        let sorted = SortMultipleOptions::default();
        let requests = dataset
            .scan(Table::PullRequests)?
            .select([
                repo(),
                col("number"),
                sha("merge_sha"),
                instant("opened_at"),
                instant("first_commit_at"),
                instant("first_review_at"),
                instant("merged_at"),
            ])
            .sort(["repo", "number"], sorted.clone())
            .collect()
            .map_err(FactsError::reading(Table::PullRequests))?;
        let indexed = requests.clone().lazy().with_row_index("row", None).with_column(col("row").cast(DataType::Int64));
        let commits = dataset
            .scan(Table::Commits)?
            .select([
                repo(),
                sha("sha"),
                col("parents").list().join(lit("\n"), true).str().to_lowercase(),
                instant("authored_at"),
                instant("committed_at"),
                col("pull_request"),
            ])
            .join(
                indexed.clone().select([col("repo"), col("number"), col("row")]),
                [col("repo"), col("pull_request")],
                [col("repo"), col("number")],
                JoinArgs::new(JoinType::Left),
            )
            .sort(["repo", "sha"], sorted.clone())
            .collect()
            .map_err(FactsError::reading(Table::Commits))?;
        let merges = indexed
            .filter(col("merge_sha").is_not_null())
            .select([col("repo"), col("merge_sha"), col("row")])
            .sort(["repo", "merge_sha", "row"], sorted)
            .collect()
            .map_err(FactsError::reading(Table::PullRequests))?;
        Self::from_frames(&requests, &commits, &merges)
    }

    fn from_frames(requests: &DataFrame, commits: &DataFrame, merges: &DataFrame) -> Result<Self, FactsError> {
        let request = Columns { frame: requests, table: Table::PullRequests };
        let (number, opened) = (request.integers("number")?, request.integers("opened_at")?);
        let (first_commit, first_review) = (request.integers("first_commit_at")?, request.integers("first_review_at")?);
        let merged_at = request.integers("merged_at")?;
        let pull_requests = (0..requests.height())
            .map(|row| PullRequestTimes {
                number: number.get(row).unwrap_or_default(),
                opened_at: Timestamp(opened.get(row).unwrap_or_default()),
                first_commit_at: first_commit.get(row).map(Timestamp),
                first_review_at: first_review.get(row).map(Timestamp),
                merged_at: merged_at.get(row).map(Timestamp),
            })
            .collect();
        let commit = Columns { frame: commits, table: Table::Commits };
        let merge = Columns { frame: merges, table: Table::PullRequests };
        Ok(Self {
            repo: commit.texts("repo")?,
            sha: commit.texts("sha")?,
            parents: commit.texts("parents")?,
            authored_at: commit.integers("authored_at")?,
            committed_at: commit.integers("committed_at")?,
            pull_request: commit.integers("row")?,
            merges: (merge.texts("repo")?, merge.texts("merge_sha")?, merge.integers("row")?),
            pull_requests,
        })
    }

    /// The graph of each repo that has commits, by its name in lower case.
    pub fn by_repo(&self) -> Repos<'_> {
        let mut repos = FxHashMap::default();
        let mut rows: Vec<(CommitRow<'_>, Option<Vec<&str>>)> = Vec::new();
        let mut from = 0;
        let count = self.repo.len();
        while from < count {
            let Some(repo) = self.repo.get(from) else { break };
            rows.clear();
            let mut row = from;
            while row < count && self.repo.get(row) == Some(repo) {
                rows.push(self.commit(row));
                row += 1;
            }
            from = row;
            repos.insert(repo, RepoChanges { graph: Graph::new(&rows), merges: FxHashMap::default() });
        }
        let (merge_repo, merge_sha, request) = &self.merges;
        for ((repo, sha), request) in merge_repo.iter().zip(merge_sha.iter()).zip(request.iter()) {
            let (Some(repo), Some(sha), Some(request)) = (repo, sha, request) else { continue };
            if let Some(changes) = repos.get_mut(repo)
                && let Some(node) = changes.graph.node(sha)
                && let Ok(request) = u32::try_from(request)
            {
                changes.merges.entry(node).or_default().push(request);
            }
        }
        Repos(repos)
    }

    fn commit(&self, row: usize) -> (CommitRow<'_>, Option<Vec<&str>>) {
        let commit = CommitRow {
            sha: self.sha.get(row).unwrap_or_default(),
            authored_at: self.authored_at.get(row).unwrap_or_default(),
            committed_at: self.committed_at.get(row).unwrap_or_default(),
            pull_request: self.pull_request.get(row).and_then(|request| u32::try_from(request).ok()),
        };
        let parents = self.parents.get(row).map(|joined| joined.split('\n').filter(|sha| !sha.is_empty()).collect());
        (commit, parents)
    }
}

/// In lower case: repos are compared without case.
fn repo() -> Expr {
    col("repo").str().to_lowercase()
}

/// In lower case: shas are compared without case.
fn sha(name: &str) -> Expr {
    col(name).str().to_lowercase()
}

fn instant(name: &str) -> Expr {
    col(name).cast(DataType::Int64)
}
