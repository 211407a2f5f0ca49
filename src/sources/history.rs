//! The commits of a repo read so far, and the pairs of deployed revisions whose commits in between are still unknown;
//! the same for every source that gives deployments.

use rustc_hash::{FxHashMap, FxHashSet};

use super::known::KnownRepo;
use crate::domain::event::Deployment;
use crate::domain::graph::{Between, Graph, Walker};
use crate::domain::time::Timestamp;

/// Two revisions deployed one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    pub(super) old: String,
    pub(super) new: String,
}

/// Commits with their parents.
#[derive(Debug, Default)]
pub(super) struct History {
    parents: FxHashMap<String, Vec<String>>,
    gone: FxHashSet<String>,
}

impl History {
    pub(super) fn new(known: &KnownRepo) -> Self {
        Self { parents: known.commits.iter().cloned().collect(), gone: FxHashSet::default() }
    }

    /// How many commits there are.
    pub(super) fn len(&self) -> usize {
        self.parents.len()
    }

    pub(super) fn has(&self, sha: &str) -> bool {
        self.parents.contains_key(sha)
    }

    pub(super) fn insert(&mut self, sha: String, parents: Vec<String>) {
        self.parents.insert(sha, parents);
    }

    /// Notes that the source does not have a revision.
    pub(super) fn is_gone(&mut self, sha: String) {
        self.gone.insert(sha);
    }

    /// The first revision of a pair that was not read.
    pub(super) fn missing<'a>(&self, pair: &'a Pair) -> Option<&'a str> {
        [&pair.new, &pair.old].into_iter().map(String::as_str).find(|sha| !self.has(sha))
    }

    /// Where to begin to look for what a pair needs; `None` where nothing is missing.
    pub(super) fn start(&self, pair: &Pair) -> Option<String> {
        self.missing(pair).map(str::to_owned).or_else(|| self.holes(pair).into_iter().next())
    }

    /// Whether a pair can never be resolved, because a commit that it needs no longer exists.
    pub(super) fn is_lost(&self, pair: &Pair) -> bool {
        let gone = |sha: &String| self.gone.contains(sha);
        !self.gone.is_empty() && (gone(&pair.new) || gone(&pair.old) || self.holes(pair).iter().any(gone))
    }

    /// The pairs whose commits between are not known, in the same order.
    pub(super) fn unresolved(&self, pairs: Vec<Pair>) -> Vec<Pair> {
        let graph = self.graph();
        let mut walker = Walker::default();
        pairs.into_iter().filter(|pair| !is_resolved(&graph, pair, &mut walker)).collect()
    }

    /// Commits that were not read, reached from the new revision and not from the old one; sorted.
    pub(super) fn holes(&self, pair: &Pair) -> Vec<String> {
        let old = self.reach(&pair.old, &FxHashSet::default());
        let new = self.reach(&pair.new, &old);
        let mut holes: Vec<String> = new.into_iter().filter(|sha| !self.has(sha)).map(str::to_owned).collect();
        holes.sort_unstable();
        holes
    }

    fn reach<'a>(&'a self, from: &'a str, without: &FxHashSet<&str>) -> FxHashSet<&'a str> {
        let mut seen = FxHashSet::default();
        let mut next = vec![from];
        while let Some(sha) = next.pop() {
            if !without.contains(sha) && seen.insert(sha) {
                next.extend(self.parents.get(sha).into_iter().flatten().map(String::as_str));
            }
        }
        seen
    }

    fn graph(&self) -> Graph<&str> {
        let shas: Vec<&str> = self.parents.keys().map(String::as_str).collect();
        let parents: Vec<Vec<&str>> =
            self.parents.values().map(|list| list.iter().map(String::as_str).collect()).collect();
        Graph::new(&shas, |row| parents.get(row).map(Vec::as_slice))
    }

    /// The pairs that a run has to resolve, newest first: consecutive successes of one environment, the newer one created
    /// at `from` or later.
    ///
    /// Where history is settled these are the pairs whose newer deployment was read again, and the known ones directly
    /// below that are not resolved yet. Environments that do not count need no commits.
    pub(super) fn wanted(
        &self,
        rows: &[Deployment],
        known: &KnownRepo,
        counts: impl Fn(&str) -> bool,
        from: Timestamp,
        settled: bool,
    ) -> Vec<Pair> {
        let graph = self.graph();
        let mut walker = Walker::default();
        let mut pairs: Vec<(Timestamp, Pair)> = Vec::new();
        for list in by_environment(rows, known, counts) {
            for two in list.windows(2).rev() {
                let [old, new] = two else { continue };
                let pair = Pair { old: old.sha.to_owned(), new: new.sha.to_owned() };
                if settled && !new.read && is_resolved(&graph, &pair, &mut walker) {
                    break;
                }
                if new.created_at >= from {
                    pairs.push((new.at, pair));
                }
            }
        }
        pairs.sort_by(|(left, a), (right, b)| (right, &a.new, &a.old).cmp(&(left, &b.new, &b.old)));
        let mut seen = FxHashSet::default();
        pairs.into_iter().map(|(_, pair)| pair).filter(|pair| seen.insert(pair.clone())).collect()
    }
}

fn is_resolved(graph: &Graph<&str>, pair: &Pair, walker: &mut Walker) -> bool {
    graph.between(&pair.old.as_str(), &pair.new.as_str(), walker) != Between::Unknown
}

/// A deployment that succeeded.
struct Deployed<'a> {
    at: Timestamp,
    id: &'a str,
    sha: &'a str,
    created_at: Timestamp,
    read: bool,
}

/// The deployments of each environment, oldest first; those without one match nothing.
fn by_environment<'a>(
    rows: &'a [Deployment],
    known: &'a KnownRepo,
    counts: impl Fn(&str) -> bool,
) -> Vec<Vec<Deployed<'a>>> {
    let mut lists: FxHashMap<&str, FxHashMap<&str, Deployed<'a>>> = FxHashMap::default();
    let ids: FxHashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    for row in rows {
        if let (Some(environment), Some(sha), Some(at)) = (&row.environment, &row.sha, row.finished_at)
            && row.status == "success"
            && is_revision(sha)
        {
            let deployed = Deployed { at, id: &row.id, sha, created_at: row.created_at, read: true };
            lists.entry(environment).or_default().insert(&row.id, deployed);
        }
    }
    for one in known.deployments.iter().filter(|one| one.succeeded && !ids.contains(one.id.as_str())) {
        if let (Some(environment), Some(sha)) = (&one.environment, &one.sha)
            && is_revision(sha)
        {
            let at = one.created_at;
            let deployed = Deployed { at, id: &one.id, sha, created_at: at, read: false };
            lists.entry(environment).or_default().insert(&one.id, deployed);
        }
    }
    let lists = lists.into_iter().filter(|(environment, _)| counts(environment)).map(|(_, list)| list);
    let sorted = lists.map(|list| {
        let mut list: Vec<Deployed<'a>> = list.into_values().collect();
        list.sort_by(|left, right| (left.at, left.id).cmp(&(right.at, right.id)));
        list
    });
    sorted.collect()
}

/// Whether a text can be asked for as a revision: a whole sha.
fn is_revision(sha: &str) -> bool {
    matches!(sha.len(), 40 | 64) && sha.chars().all(|letter| letter.is_ascii_hexdigit())
}
