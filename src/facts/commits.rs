//! Commits as columns: which repo, which parents, when. Their names are folded as a part is read, no text is kept.

use std::cmp::Ordering;
use std::ops::RangeInclusive;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::columns::Categories;
use super::error::FactsError;
use super::flat_lists::FlatLists;
use super::inputs::InputSummary;
use super::pieces::read_pieces;
use crate::domain::event::Table;
use crate::domain::sha::Sha;
use crate::store::Part;
use crate::store::columns::Columns;

/// The commits of some repos, or of all.
#[derive(Debug, Default)]
pub struct Commits {
    /// Name of each.
    pub sha: Vec<Sha>,
    /// When each was written, milliseconds.
    pub authored_at: Vec<i64>,
    /// When each was applied, milliseconds.
    pub committed_at: Vec<i64>,
    /// Number of each one's pull request; [`NO_NUMBER`] where there is none.
    number: Vec<i64>,
    parents: FlatLists<Sha>,
    /// Whether the parents of each were read.
    parents_read: Vec<bool>,
    /// The rows of each repo, by its name in lower case.
    by_repo: FxHashMap<String, Vec<u32>>,
    /// The texts of names that are no 40 hexadecimal digits.
    texts: FxHashMap<Sha, Box<str>>,
}

/// Stands for "no pull request"; no service numbers one so.
const NO_NUMBER: i64 = i64::MIN;

/// The columns that are read.
const READ: [&str; 7] = ["repo", "sha", "parents", "authored_at", "committed_at", "pull_request", "observed_at"];

impl Commits {
    /// Makes room for so many rows with a parent each.
    pub(super) fn with_room_for(rows: usize) -> Self {
        let mut all = Self::default();
        all.sha.try_reserve_exact(rows).ok();
        all.authored_at.try_reserve_exact(rows).ok();
        all.committed_at.try_reserve_exact(rows).ok();
        all.number.try_reserve_exact(rows).ok();
        all.parents.reserve(rows, rows);
        all.parents_read.try_reserve_exact(rows).ok();
        all
    }

    /// Removes all rows and keeps the allocated memory.
    pub(super) fn clear(&mut self) {
        let Self { sha, authored_at, committed_at, number, parents, parents_read, by_repo, texts } = self;
        sha.clear();
        authored_at.clear();
        committed_at.clear();
        number.clear();
        parents.clear();
        parents_read.clear();
        by_repo.clear();
        texts.clear();
    }

    /// Adds the commits of some pieces. `repos` are those that are wanted of the piece at an index, as ranges of their names
    /// as they are written; all, if it is empty.
    pub(super) fn read<'a>(
        &mut self,
        pieces: &[Part],
        repos: impl Fn(usize) -> &'a [RangeInclusive<String>] + Sync,
    ) -> Result<InputSummary, FactsError> {
        let wanted: Vec<Expr> = READ.into_iter().map(col).chain([col("parents").list().len().alias("count")]).collect();
        let is_in = |names: &RangeInclusive<String>| {
            col("repo").gt_eq(lit(names.start().as_str())).and(col("repo").lt_eq(lit(names.end().as_str())))
        };
        let query = |at: usize, rows: LazyFrame| {
            let rows = match repos(at).iter().map(is_in).reduce(Expr::or) {
                None => rows,
                Some(is_wanted) => rows.filter(is_wanted),
            };
            rows.select(&wanted)
        };
        read_pieces((Table::Commits, pieces), query, Self::of_frame, |commits| self.append(commits))
    }

    fn append(&mut self, other: Self) -> Result<(), FactsError> {
        let rows = u32::try_from(self.sha.len()).unwrap_or(u32::MAX);
        self.sha.extend(other.sha);
        self.authored_at.extend(other.authored_at);
        self.committed_at.extend(other.committed_at);
        self.number.extend(other.number);
        self.parents.append(other.parents);
        self.parents_read.extend(other.parents_read);
        other.texts.into_iter().try_for_each(|(sha, text)| self.keep(sha, text))?;
        for (repo, own) in other.by_repo {
            self.by_repo.entry(repo).or_default().extend(own.into_iter().map(|row| rows.saturating_add(row)));
        }
        Ok(())
    }

    fn of_frame(frame: &DataFrame) -> Result<Self, FactsError> {
        let columns = Columns { frame, table: Table::Commits };
        let mut all = Self::default();
        for sha in columns.texts("sha")?.iter() {
            let sha = all.fold(sha.unwrap_or_default())?;
            all.sha.push(sha);
        }
        let authored = columns.integers("authored_at")?;
        all.authored_at.extend(authored.iter().map(Option::unwrap_or_default));
        let committed = columns.integers("committed_at")?;
        all.committed_at.extend(committed.iter().map(Option::unwrap_or_default));
        all.number.extend(columns.integers("pull_request")?.iter().map(|number| number.unwrap_or(NO_NUMBER)));
        let (counts, parents) = (columns.integers("count")?, columns.items("parents")?);
        let unequal = || {
            let cause = polars_err!(ComputeError: "the lists of parents do not have as many items as they say");
            FactsError::reading(Table::Commits)(cause)
        };
        let mut parents = parents.iter();
        for count in counts.iter() {
            all.parents_read.push(count.is_some());
            for _ in 0..count.unwrap_or(0) {
                let parent = all.fold(parents.next().ok_or_else(unequal)?.unwrap_or_default())?;
                all.parents.push(parent);
            }
            all.parents.close();
        }
        if parents.next().is_some() {
            return Err(unequal());
        }
        let repos: Categories = columns.texts("repo")?.iter().collect();
        // Repos are compared without case.
        let mut rows: Vec<(String, Vec<u32>)> =
            repos.names().iter().map(|name| (name.to_lowercase(), Vec::new())).collect();
        for row in 0..frame.height() {
            if let (Some((_, rows)), Ok(row)) = (repos.of(row).and_then(|repo| rows.get_mut(repo)), u32::try_from(row))
            {
                rows.push(row);
            }
        }
        for (repo, rows) in rows {
            all.by_repo.entry(repo).or_default().extend(rows);
        }
        Ok(all)
    }

    fn fold(&mut self, text: &str) -> Result<Sha, FactsError> {
        if let Some(sha) = Sha::exact(text) {
            return Ok(sha);
        }
        let sha = Sha::of(text);
        self.keep(sha, text.to_lowercase().into())?;
        Ok(sha)
    }

    /// Keeps the text of a name, which must be the one that was kept before.
    fn keep(&mut self, sha: Sha, text: Box<str>) -> Result<(), FactsError> {
        let kept = self.texts.entry(sha).or_insert_with(|| text.clone());
        if *kept == text { Ok(()) } else { Err(FactsError::Collision { one: kept.to_string(), other: text.into() }) }
    }

    /// The rows of a repo, by its name in lower case.
    pub fn of_repo(&self, repo: &str) -> &[u32] {
        self.by_repo.get(repo).map_or(&[], Vec::as_slice)
    }

    /// The parents of a row, in order; `None` where they were not read.
    pub fn parents(&self, row: usize) -> Option<&[Sha]> {
        if !*self.parents_read.get(row)? {
            return None;
        }
        Some(self.parents.get(row))
    }

    /// The number of the pull request that brought a row.
    pub fn pull_request(&self, row: usize) -> Option<i64> {
        self.number.get(row).copied().filter(|number| *number != NO_NUMBER)
    }

    /// The order of two names as texts.
    pub fn by_text(&self, one: &Sha, other: &Sha) -> Ordering {
        // Full names are in the order of their bytes.
        if self.texts.is_empty() { one.cmp(other) } else { self.text(one).cmp(&self.text(other)) }
    }

    /// A name as text, in lower case.
    pub fn text(&self, sha: &Sha) -> String {
        self.other_text(sha).map_or_else(|| sha.text(), str::to_owned)
    }

    /// The text of a name that is no 40 hexadecimal digits.
    pub(super) fn other_text(&self, sha: &Sha) -> Option<&str> {
        self.texts.get(sha).map(AsRef::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_names_with_one_number_are_an_error_that_names_them() {
        let sha = Sha::of("v1");
        let with = |text: &str| {
            let mut commits = Commits::default();
            commits.keep(sha, text.into()).expect("the only one");
            commits
        };
        let mut commits = with("v1");
        commits.append(with("v1")).expect("the same name in another part");
        let error = commits.append(with("v2")).expect_err("another name").to_string();
        assert!(error.contains("`v1` and `v2` cannot be told apart"), "{error}");
    }
}
