//! Which commit each counted deployment put into production, as one text per commit: shas are compared without case,
//! and a short one (7 to 39 characters) stands for the only commit of the repo that it begins.
//!
//! The commits of a repo are those that were read, those named as a parent, and those that other deployments name in
//! full. A short sha that begins several of them, or none, stands for itself.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::changes::Repos;
use crate::domain::event::Deployment;

/// Lengths of a sha that may stand for a longer one.
pub(super) const SHORT: std::ops::Range<usize> = 7..40;

/// The sha of each deployment in lower case and in full, by index; `None` where it has none.
pub fn revisions<'a>(deployments: &'a [Deployment], repos: &Repos<'_>) -> Vec<Option<Cow<'a, str>>> {
    let mut shas: Vec<Option<Cow<'a, str>>> =
        deployments.iter().map(|deployment| deployment.sha.as_deref().map(lower)).collect();
    let mut short: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, sha) in shas.iter().enumerate() {
        if sha.as_ref().is_some_and(|sha| SHORT.contains(&sha.len())) {
            short.entry(deployments[index].repo.to_lowercase()).or_default().push(index);
        }
    }
    let mut full: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for repo in short.keys() {
        let read = repos.0.get(repo.as_str()).into_iter().flat_map(|repo| repo.graph.shas());
        full.insert(repo, read.map(str::to_owned).collect());
    }
    for (deployment, sha) in deployments.iter().zip(&shas) {
        if let Some(sha) = sha.as_deref().filter(|sha| sha.len() >= SHORT.end)
            && let Some(full) = full.get_mut(deployment.repo.to_lowercase().as_str())
        {
            full.insert(sha.to_owned());
        }
    }
    for (repo, indices) in &short {
        let Some(full) = full.get(repo.as_str()) else { continue };
        for &index in indices {
            if let Some(only) = shas[index].as_deref().and_then(|sha| only_that_begins_with(full, sha)) {
                shas[index] = Some(Cow::Owned(only));
            }
        }
    }
    shas
}

/// The only sha that begins so; itself, where it is one of them.
fn only_that_begins_with(shas: &BTreeSet<String>, short: &str) -> Option<String> {
    let mut found = shas.range(short.to_owned()..).take_while(|sha| sha.starts_with(short));
    let first = found.next()?;
    (first == short || found.next().is_none()).then(|| first.clone())
}

fn lower(sha: &str) -> Cow<'_, str> {
    if sha.chars().any(char::is_uppercase) { Cow::Owned(sha.to_lowercase()) } else { Cow::Borrowed(sha) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(sha: &str) -> String {
        format!("{sha:0<40}")
    }

    #[test]
    fn a_short_or_upper_case_sha_is_the_commit_that_it_begins() {
        let shas = [full("abcdef1"), "ABCDEF1".to_owned(), full("0123456a"), full("0123456b"), "0123456".to_owned()];
        let deployments: Vec<Deployment> = shas
            .iter()
            .map(|sha| Deployment { repo: "acme/web".into(), sha: Some(sha.clone()), ..Deployment::default() })
            .collect();
        let found = revisions(&deployments, &Repos::default());
        let found: Vec<&str> = found.iter().filter_map(Option::as_deref).collect();
        assert_eq!(found[1], found[0]);
        assert_eq!(found[4], "0123456", "two commits begin so");
    }
}
