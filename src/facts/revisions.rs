//! Which commit each counted deployment put into production: shas are compared without case, and a short one (7 to 39
//! characters) stands for the only commit of the repo that it begins.
//!
//! The commits of a repo are those that were read, those named as a parent, and those that other deployments name in
//! full. A short sha that begins several of them, or none, stands for itself.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::commit_reader::CommitReader;
use super::commits::Commits;
use super::error::FactsError;
use super::scan::Deployments;
use crate::domain::sha::Sha;

/// Lengths of a sha that may stand for a longer one.
pub(super) const SHORT: std::ops::Range<usize> = 7..40;

/// What the short shas of deployments stand for; the other revisions are read from the deployments.
#[derive(Debug, Default)]
pub struct Revisions {
    /// The full sha of those that have a short one, by deployment.
    full: FxHashMap<usize, (Sha, String)>,
}

impl Revisions {
    /// Finds what the short shas stand for.
    ///
    /// # Errors
    /// The commits cannot be read.
    pub fn new(deployments: &Deployments, all_commits: &CommitReader) -> Result<Self, FactsError> {
        let short = short(deployments);
        let mut full = FxHashMap::default();
        if short.is_empty() {
            return Ok(Self { full });
        }
        let mut named = full_shas(&short, deployments);
        let is_in = |shard: usize, repo: &str| all_commits.shard_of(repo) == shard;
        let has_short = |shard: usize| short.keys().any(|repo| is_in(shard, repo));
        all_commits.each(has_short, |shard, commits| {
            for (repo, rows) in short.iter().filter(|(repo, _)| is_in(shard, repo)) {
                let mut known = named.remove(repo).unwrap_or_default();
                known.extend(read_shas(commits, repo));
                for &row in rows {
                    let sha = deployments.sha.get(row).unwrap_or_default().to_lowercase();
                    if let Some(only) = only_that_begins_with(&known, &sha) {
                        full.insert(row, (Sha::of(&only), only));
                    }
                }
            }
        })?;
        Ok(Self { full })
    }

    /// The revision of a deployment; `None` where it has none.
    pub fn get(&self, deployment: usize, deployments: &Deployments) -> Option<Sha> {
        self.full.get(&deployment).map(|(sha, _)| *sha).or_else(|| deployments.sha.sha(deployment))
    }

    /// The same as text, in lower case and in full.
    pub fn text<'a>(&'a self, deployment: usize, deployments: &'a Deployments) -> Option<Cow<'a, str>> {
        match self.full.get(&deployment) {
            Some((_, full)) => Some(Cow::Borrowed(full)),
            None => deployments.sha.get(deployment).map(lower),
        }
    }
}

/// The deployments with a short sha, by repo in lower case.
fn short(deployments: &Deployments) -> BTreeMap<String, Vec<usize>> {
    let mut short: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (row, _) in deployments.sha.others().filter(|(_, sha)| SHORT.contains(&sha.len())) {
        let repo = deployments.repo.get(row).unwrap_or_default().to_lowercase();
        short.entry(repo).or_default().push(row);
    }
    short
}

/// The commits of a repo that were read or are named as a parent, as texts.
fn read_shas(commits: &Commits, repo: &str) -> impl Iterator<Item = String> {
    let rows = commits.of_repo(repo).iter().map(|row| *row as usize);
    rows.flat_map(|row| commits.sha.get(row).into_iter().chain(commits.parents(row).unwrap_or_default()))
        .map(|sha| commits.text(sha))
}

/// What the deployments of the repos that have a short sha name in full.
fn full_shas(short: &BTreeMap<String, Vec<usize>>, deployments: &Deployments) -> BTreeMap<String, BTreeSet<String>> {
    let mut named: BTreeMap<String, BTreeSet<String>> =
        short.keys().map(|repo| (repo.clone(), BTreeSet::new())).collect();
    let lower: Vec<String> = deployments.repo.names().iter().map(|name| name.to_lowercase()).collect();
    for row in 0..deployments.len() {
        let own = deployments.repo.of(row).and_then(|repo| lower.get(repo)).and_then(|repo| named.get_mut(repo));
        if let Some(named) = own
            && let Some(sha) = deployments.sha.get(row).filter(|sha| sha.len() >= SHORT.end)
        {
            named.insert(sha.to_lowercase());
        }
    }
    named
}

/// The only sha that begins so; itself, where it is one of them.
fn only_that_begins_with(shas: &BTreeSet<String>, short: &str) -> Option<String> {
    let mut found = shas.range(short.to_owned()..).take_while(|sha| sha.starts_with(short));
    let first = found.next()?;
    (first == short || found.next().is_none()).then(|| first.clone())
}

fn lower(sha: Cow<'_, str>) -> Cow<'_, str> {
    if sha.chars().any(char::is_uppercase) { Cow::Owned(sha.to_lowercase()) } else { sha }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Deployment;

    fn full(sha: &str) -> String {
        format!("{sha:0<40}")
    }

    #[test]
    fn a_short_or_upper_case_sha_is_the_commit_that_it_begins() {
        let shas = [full("abcdef1"), "ABCDEF1".to_owned(), full("0123456a"), full("0123456b"), "0123456".to_owned()];
        let rows = shas.map(|sha| Deployment { repo: "acme/web".into(), sha: Some(sha), ..Deployment::default() });
        let deployments: Deployments = rows.iter().collect();
        let found = Revisions::new(&deployments, &CommitReader::default()).expect("nothing is read");
        assert_eq!(found.get(1, &deployments), found.get(0, &deployments));
        assert_eq!(found.text(1, &deployments).as_deref(), Some(full("abcdef1").as_str()));
        assert_eq!(found.text(4, &deployments).as_deref(), Some("0123456"), "two commits begin so");
        assert_ne!(found.get(4, &deployments), found.get(3, &deployments));
    }
}
