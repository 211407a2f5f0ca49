//! All commits, some repos at a time. A pass over the commits of a repo needs no other repo's, so a large dataset is read in
//! shards, and no more than one of them is in memory.

use std::ops::{Range, RangeInclusive};

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::columns::Categories;
use super::commits::Commits;
use super::error::FactsError;
use super::inputs::{InputSummary, observed};
use super::parallel::in_turns;
use super::pieces::{checked, pieces};
use crate::domain::event::Table;
use crate::store::columns::Columns;
use crate::store::{Dataset, Part};

/// Commits that are read at once: some 75 MiB. A repo is read as a whole, however many it has.
pub const AT_ONCE: u64 = 1_000_000;

/// The commits of a dataset.
#[derive(Debug)]
pub struct Shards(Kind);

#[derive(Debug)]
enum Kind {
    /// They are so few that all of them are kept.
    Kept(Commits),
    /// They are read for each pass.
    Read {
        parts: Vec<Part>,
        shards: Vec<RangeInclusive<String>>,
        /// By the repo's name in lower case.
        shard_of: FxHashMap<String, usize>,
    },
}

impl Default for Shards {
    fn default() -> Self {
        Self(Kind::Kept(Commits::default()))
    }
}

impl Shards {
    /// The commits of a dataset, so many at once.
    pub(super) fn new(dataset: &Dataset, at_once: u64) -> Result<(Self, InputSummary), FactsError> {
        let parts = checked(dataset, Table::Commits)?;
        let mut rows = 0;
        for part in &parts {
            rows += part.rows()?;
        }
        if rows <= at_once {
            let (commits, read) = Commits::read(&pieces(&parts)?, None)?;
            return Ok((Self(Kind::Kept(commits)), read));
        }
        let (counts, read) = count_by_repo(&parts)?;
        let (shards, shard_of) = plan(counts, at_once);
        Ok((Self(Kind::Read { parts, shards, shard_of }), read))
    }

    /// Where the commits of a repo are, by its name in lower case; that of a repo without commits is as good as any.
    pub(super) fn of_repo(&self, repo: &str) -> usize {
        match &self.0 {
            Kind::Kept(_) => 0,
            Kind::Read { shard_of, .. } => shard_of.get(repo).copied().unwrap_or(0),
        }
    }

    /// Hands over one shard after the other.
    ///
    /// # Errors
    /// A part cannot be read.
    pub(super) fn each(&self, mut take: impl FnMut(usize, &Commits)) -> Result<(), FactsError> {
        match &self.0 {
            Kind::Kept(commits) => take(0, commits),
            Kind::Read { parts, shards, .. } => {
                for (at, repos) in shards.iter().enumerate() {
                    take(at, &Commits::read(parts, Some(repos))?.0);
                }
            }
        }
        Ok(())
    }
}

/// How many commits each repo has, by its name as it is written.
fn count_by_repo(parts: &[Part]) -> Result<(Vec<(String, u64)>, InputSummary), FactsError> {
    let table = Table::Commits;
    let wanted = ["repo", "observed_at"].map(col);
    let read = |part: &Part| {
        let frame = part.collect(&|rows| rows.select(&wanted))?;
        let repos: Categories = Columns { frame: &frame, table }.texts("repo")?.iter().collect();
        let mut counts = vec![0_u64; repos.names().len()];
        for row in 0..frame.height() {
            if let Some(count) = repos.of(row).and_then(|repo| counts.get_mut(repo)) {
                *count += 1;
            }
        }
        let counts: Vec<(String, u64)> = repos.names().iter().cloned().zip(counts).collect();
        Ok::<_, FactsError>((counts, observed(&frame, table)?))
    };
    let mut all: FxHashMap<String, u64> = FxHashMap::default();
    let mut summary = InputSummary::none_of(table);
    in_turns(&pieces(parts)?, read, |(counts, read)| {
        for (repo, count) in counts {
            *all.entry(repo).or_default() += count;
        }
        summary.add(&read);
        Ok(())
    })?;
    Ok((all.into_iter().collect(), summary))
}

/// Shards of neighbouring names with no more than so many commits, but of one repo at least; and the shard of each repo. One
/// repo that is written in two ways is in one shard.
fn plan(mut counts: Vec<(String, u64)>, at_once: u64) -> (Vec<RangeInclusive<String>>, FxHashMap<String, usize>) {
    counts.sort_unstable();
    let mut shards: Vec<Range<usize>> = Vec::new();
    let mut commits = 0;
    // The first way in which each repo is written, by its name in lower case.
    let mut first: FxHashMap<String, usize> = FxHashMap::default();
    for (at, (repo, count)) in counts.iter().enumerate() {
        commits += count;
        if let Some(shard) = shards.last_mut().filter(|_| commits <= at_once) {
            shard.end = at + 1;
        } else {
            commits = *count;
            shards.push(at..at + 1);
        }
        let before = *first.entry(repo.to_lowercase()).or_insert(at);
        while let [.., other, last] = shards.as_mut_slice()
            && before < last.start
        {
            other.end = last.end;
            shards.pop();
            // What is joined is full.
            commits = at_once;
        }
    }
    let name = |at: usize| counts.get(at).map(|(repo, _)| repo.clone()).unwrap_or_default();
    let shard_of = |at: usize| shards.iter().position(|shard| shard.contains(&at)).unwrap_or(0);
    let shard_of = first.into_iter().map(|(repo, at)| (repo, shard_of(at))).collect();
    (shards.iter().map(|shard| name(shard.start)..=name(shard.end - 1)).collect(), shard_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shards of some repos, each with one commit.
    fn shards(repos: &[&str], at_once: u64) -> Vec<(String, String)> {
        let (shards, shard_of) = plan(repos.iter().map(|repo| ((*repo).to_owned(), 1)).collect(), at_once);
        for repo in repos {
            let own = &shards[shard_of[&repo.to_lowercase()]];
            assert!(own.contains(&(*repo).to_owned()), "{repo} is not in {own:?}");
        }
        shards.into_iter().map(RangeInclusive::into_inner).collect()
    }

    fn named(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect()
    }

    #[test]
    fn a_shard_has_no_more_commits_than_are_asked_for_but_one_repo_at_least() {
        assert_eq!(shards(&["e", "d", "c", "b", "a"], 2), named(&[("a", "b"), ("c", "d"), ("e", "e")]));
        assert_eq!(shards(&["a", "b"], 0), named(&[("a", "a"), ("b", "b")]));
        assert_eq!(shards(&[], 2), []);
    }

    #[test]
    fn a_repo_that_is_written_in_two_ways_is_in_one_shard() {
        assert_eq!(shards(&["A", "B", "C", "a", "b", "d"], 1), named(&[("A", "b"), ("d", "d")]));
        assert_eq!(shards(&["B", "a", "b", "c"], 1), named(&[("B", "b"), ("c", "c")]));
    }
}
