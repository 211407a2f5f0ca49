//! Reads all commits, some repos at a time. A pass over the commits of a repo needs no other repo's, so a large dataset is
//! read in shards, and a pass has only one of them in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use polars::prelude::*;
use rustc_hash::FxHashMap;

use super::columns::Categories;
use super::commits::Commits;
use super::error::FactsError;
use super::inputs::InputSummary;
use super::pieces::{checked, pieces, read_pieces};
use crate::domain::event::Table;
use crate::store::columns::Columns;
use crate::store::{CheckedPart, Dataset, Part};

/// Commits that are read at once: some 100 MiB. A repo is read as a whole, however many it has.
pub(super) const AT_ONCE: u64 = 1_300_000;

/// The commits of a dataset.
#[derive(Debug)]
pub struct CommitReader(Storage);

#[derive(Debug)]
enum Storage {
    /// All commits, if there are few.
    InMemory(Commits),
    /// The commits are read for each pass.
    OnDisk {
        parts: Vec<CheckedPart>,
        shards: Vec<Shard>,
        /// The shard of each repo, by its name in lower case.
        shard_of: FxHashMap<String, usize>,
        /// Keeps the parts as they are.
        _dataset: Dataset,
    },
}

/// The commits of some repos.
#[derive(Debug)]
struct Shard {
    /// By their names as they are written.
    repos: Vec<RangeInclusive<String>>,
    commits: u64,
    /// Indices of the pieces with commits of this shard, and whether the piece also has commits of another shard and must be
    /// filtered. Rows without a repo do not count.
    pieces: Vec<(usize, bool)>,
}

impl Default for CommitReader {
    fn default() -> Self {
        Self(Storage::InMemory(Commits::default()))
    }
}

impl CommitReader {
    /// The commits of a dataset, so many at once.
    pub(super) fn new(dataset: &Dataset, at_once: u64) -> Result<(Self, InputSummary), FactsError> {
        let parts = checked(dataset, Table::Commits)?;
        let rows: usize = parts.iter().map(CheckedPart::rows).sum();
        // A part that a writer replaces between two passes would lose commits.
        if rows as u64 <= at_once || !dataset.keeps_writers_out() {
            let mut commits = Commits::with_room_for(rows);
            let read = commits.read(&pieces(&parts), |_| &[])?;
            return Ok((Self(Storage::InMemory(commits)), read));
        }
        let (counts, repos_by_piece, read) = count_by_repo(&parts)?;
        let (shards, shard_of) = plan(&counts, at_once);
        let shard = |(repos, commits)| Shard { repos, commits, pieces: Vec::new() };
        let mut shards: Vec<Shard> = shards.into_iter().map(shard).collect();
        for (piece, repos) in repos_by_piece.iter().enumerate() {
            let own: BTreeSet<usize> =
                repos.iter().filter_map(|repo| shard_of.get(&repo.to_lowercase())).copied().collect();
            let is_shared = own.len() > 1;
            for shard in own {
                if let Some(shard) = shards.get_mut(shard) {
                    shard.pieces.push((piece, is_shared));
                }
            }
        }
        Ok((Self(Storage::OnDisk { parts, shards, shard_of, _dataset: dataset.clone() }), read))
    }

    /// The shard with the commits of a repo, by its name in lower case. A repo without commits gets the first one.
    pub(super) fn shard_of(&self, repo: &str) -> usize {
        match &self.0 {
            Storage::InMemory(_) => 0,
            Storage::OnDisk { shard_of, .. } => shard_of.get(repo).copied().unwrap_or(0),
        }
    }

    /// Hands over one shard after the other, of those that are wanted.
    ///
    /// # Errors
    /// A part cannot be read.
    pub(super) fn each(
        &self,
        is_wanted: impl Fn(usize) -> bool,
        mut take: impl FnMut(usize, &Commits),
    ) -> Result<(), FactsError> {
        match &self.0 {
            Storage::InMemory(commits) => take(0, commits),
            // Rows without a repo belong to no shard.
            Storage::OnDisk { shards, .. } if shards.is_empty() => take(0, &Commits::default()),
            Storage::OnDisk { parts, shards, .. } => {
                let wanted = || shards.iter().enumerate().filter(|(at, _)| is_wanted(*at));
                let most = wanted().map(|(_, shard)| shard.commits).max().unwrap_or(0);
                let mut commits = Commits::with_room_for(usize::try_from(most).unwrap_or(0));
                for (at, shard) in wanted() {
                    // Each pass makes its own pieces, because a piece can be read only once.
                    let all = pieces(parts);
                    let own = shard.pieces.iter().filter_map(|(piece, is_shared)| Some((all.get(*piece)?, *is_shared)));
                    let (own, is_shared): (Vec<Part>, Vec<bool>) =
                        own.map(|(piece, is_shared)| (piece.clone(), is_shared)).unzip();
                    let repos = |nth: usize| if is_shared.get(nth) == Some(&false) { &[][..] } else { &shard.repos };
                    commits.clear();
                    commits.read(&own, repos)?;
                    take(at, &commits);
                }
            }
        }
        Ok(())
    }
}

/// Commits by repo, by its name as it is written.
type Counts = BTreeMap<String, u64>;

/// How many commits each repo has, and the repos in each piece of the parts.
fn count_by_repo(parts: &[CheckedPart]) -> Result<(Counts, Vec<Vec<String>>, InputSummary), FactsError> {
    let wanted = ["repo", "observed_at"].map(col);
    let count = |frame: &DataFrame| {
        let repos: Categories = Columns { frame, table: Table::Commits }.texts("repo")?.iter().collect();
        let mut counts = vec![0_u64; repos.names().len()];
        for row in 0..frame.height() {
            if let Some(count) = repos.of(row).and_then(|repo| counts.get_mut(repo)) {
                *count += 1;
            }
        }
        Ok(repos.names().iter().cloned().zip(counts).collect::<Vec<(String, u64)>>())
    };
    let (mut all, mut by_piece) = (Counts::new(), Vec::new());
    let summary = read_pieces(
        (Table::Commits, &pieces(parts)),
        |_, rows| rows.select(&wanted),
        count,
        |counts| {
            by_piece.push(counts.iter().map(|(repo, _)| repo.clone()).collect());
            for (repo, count) in counts {
                *all.entry(repo).or_default() += count;
            }
            Ok(())
        },
    )?;
    Ok((all, by_piece, summary))
}

/// The repos of each shard, and how many commits these have.
type Plan = Vec<(Vec<RangeInclusive<String>>, u64)>;

/// Shards with no more than so many commits, but of one repo at least, and the shard of each repo by its name in lower case.
/// A repo that is written in two ways is one repo.
fn plan(counts: &Counts, at_once: u64) -> (Plan, FxHashMap<String, usize>) {
    let names: Vec<String> = counts.keys().cloned().collect();
    let mut repos: BTreeMap<String, (u64, Vec<usize>)> = BTreeMap::new();
    for (at, (name, count)) in counts.iter().enumerate() {
        let repo = repos.entry(name.to_lowercase()).or_default();
        repo.0 += count;
        repo.1.push(at);
    }
    let mut shards: Vec<(Vec<usize>, u64)> = Vec::new();
    let mut shard_of = FxHashMap::default();
    for (repo, (count, spellings)) in repos {
        match shards.last_mut() {
            Some((shard, commits)) if *commits + count <= at_once => {
                shard.extend(spellings);
                *commits += count;
            }
            _ => shards.push((spellings, count)),
        }
        shard_of.insert(repo, shards.len() - 1);
    }
    let ranges = |mut shard: Vec<usize>| {
        shard.sort_unstable();
        let neighbours = shard.chunk_by(|one, next| one + 1 == *next);
        let name = |at: Option<&usize>| at.and_then(|at| names.get(*at)).cloned().unwrap_or_default();
        neighbours.map(|range| name(range.first())..=name(range.last())).collect()
    };
    (shards.into_iter().map(|(shard, commits)| (ranges(shard), commits)).collect(), shard_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The repos of each shard as ranges, if each repo has one commit.
    fn shards(repos: &[&str], at_once: u64) -> Vec<Vec<(String, String)>> {
        let (shards, shard_of) = plan(&repos.iter().map(|repo| ((*repo).to_owned(), 1)).collect(), at_once);
        for repo in repos {
            let name = (*repo).to_owned();
            let with_it: Vec<usize> =
                (0..shards.len()).filter(|at| shards[*at].0.iter().any(|it| it.contains(&name))).collect();
            assert_eq!(with_it, [shard_of[&repo.to_lowercase()]], "{repo} is in one shard");
        }
        let inner = |shard: Vec<RangeInclusive<String>>| shard.into_iter().map(RangeInclusive::into_inner).collect();
        shards.into_iter().map(|(shard, _)| inner(shard)).collect()
    }

    fn named(shards: &[&[(&str, &str)]]) -> Vec<Vec<(String, String)>> {
        let own = |(from, to): &(&str, &str)| ((*from).to_owned(), (*to).to_owned());
        shards.iter().map(|shard| shard.iter().map(own).collect()).collect()
    }

    #[test]
    fn a_shard_has_no_more_commits_than_are_asked_for_but_one_repo_at_least() {
        assert_eq!(shards(&["e", "d", "c", "b", "a"], 2), named(&[&[("a", "b")], &[("c", "d")], &[("e", "e")]]));
        assert_eq!(shards(&["a", "b"], 0), named(&[&[("a", "a")], &[("b", "b")]]));
        assert_eq!(shards(&[], 2), named(&[]));
    }

    #[test]
    fn a_repo_that_is_written_in_two_ways_is_in_one_shard_and_leaves_the_others_apart() {
        let two_ways = named(&[&[("A", "A"), ("a", "a")], &[("B", "B"), ("b", "b")], &[("C", "C")], &[("d", "d")]]);
        assert_eq!(shards(&["A", "B", "C", "a", "b", "d"], 1), two_ways);
        assert_eq!(shards(&["A/x", "A/y", "a/x", "a/y"], 4), named(&[&[("A/x", "a/y")]]));
    }
}
