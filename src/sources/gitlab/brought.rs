//! Finds the merge request of each commit.
//!
//! GitLab's list of commits does not name merge requests, but a merge request names the commit that its merge made.
//! With a merge commit, the merge request brought the commits that only the second parent reaches. With a fast-forward
//! merge, it brought the commits from the head of the branch down to its base.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

/// How a commit is reached from a deployed revision.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Via {
    /// The merge request that brought it; `None` for a direct commit.
    number: Option<i64>,
    /// The base of the branch, where this ends, and the merge request that brought the base.
    until: Option<(String, Option<i64>)>,
}

const DIRECT: Via = Via { number: None, until: None };

/// The merges of a project, and how each commit that was read is reached.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// Merge requests by the commit that their merge made.
    merges: FxHashMap<String, i64>,
    /// The bases of fast-forwarded branches, by their heads.
    bases: FxHashMap<String, String>,
    reached: FxHashMap<String, Via>,
}

impl Brought {
    /// Notes a merge. If several merge requests have the same commit, the first one counts.
    pub(super) fn merge(&mut self, number: i64, merge_sha: &str) {
        let known = self.merges.entry(merge_sha.to_owned()).or_insert(number);
        *known = number.min(*known);
    }

    /// Notes the base of the branch of a merge, if the head of the branch is the commit that the merge made.
    pub(super) fn branch(&mut self, head: &str, base: &str) {
        if self.merges.contains_key(head) {
            self.bases.insert(head.to_owned(), base.to_owned());
        }
    }

    /// Reads a connected set of commits with their parents, in any order; returns the merge request of each.
    pub(super) fn read(&mut self, commits: &[(String, Vec<String>)]) -> BTreeMap<String, Option<i64>> {
        let own: FxHashMap<&str, &[String]> =
            commits.iter().map(|(sha, parents)| (sha.as_str(), parents.as_slice())).collect();
        let mut children: FxHashMap<&str, usize> = FxHashMap::default();
        for parent in own.values().flat_map(|parents| parents.iter()) {
            *children.entry(parent.as_str()).or_default() += 1;
        }
        // Children before their parents, else in the given order.
        let mut next: Vec<&str> =
            commits.iter().rev().map(|(sha, _)| sha.as_str()).filter(|sha| !children.contains_key(sha)).collect();
        let (mut brought, mut done) = (BTreeMap::new(), FxHashSet::default());
        while let Some(sha) = next.pop() {
            if !done.insert(sha) {
                continue;
            }
            let parents = own.get(sha).copied().unwrap_or_default();
            brought.insert(sha.to_owned(), self.pass(sha, parents));
            for parent in parents.iter().rev() {
                let Some(left) = children.get_mut(parent.as_str()) else { continue };
                *left = left.saturating_sub(1);
                if *left == 0 && own.contains_key(parent.as_str()) {
                    next.push(parent);
                }
            }
        }
        brought
    }

    /// How a commit was brought, and how its parents are reached then.
    fn pass(&mut self, sha: &str, parents: &[String]) -> Option<i64> {
        let via = self.reached.remove(sha).unwrap_or(DIRECT);
        let number = self.merges.get(sha).copied();
        let base = self.bases.get(sha).cloned();
        for (nth, parent) in parents.iter().enumerate() {
            let to_parent = match (number, &base) {
                (Some(number), _) if nth > 0 => Via { number: Some(number), until: None },
                (Some(number), Some(base)) if parents.len() == 1 && base != parent => {
                    Via { number: Some(number), until: Some((base.clone(), via.number)) }
                }
                _ => match &via.until {
                    Some((until, outside)) if until == parent => Via { number: *outside, until: None },
                    _ => via.clone(),
                },
            };
            self.reach(parent, to_parent);
        }
        number.or(via.number)
    }

    /// A commit that is also reached directly is a direct commit; else the first merge request brought it.
    fn reach(&mut self, sha: &str, via: Via) {
        let known = self.reached.entry(sha.to_owned()).or_insert_with(|| via.clone());
        if via.number < known.number {
            *known = via;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brought(merges: &[(i64, &str)], bases: &[(&str, &str)], pages: &[&[(&str, &[&str])]]) -> Vec<(String, i64)> {
        let mut it = Brought::default();
        for (number, sha) in merges {
            it.merge(*number, sha);
        }
        for (head, base) in bases {
            it.branch(head, base);
        }
        let mut found = BTreeMap::new();
        for page in pages {
            let commits: Vec<(String, Vec<String>)> = page
                .iter()
                .map(|(sha, parents)| ((*sha).to_owned(), parents.iter().map(|&parent| parent.to_owned()).collect()))
                .collect();
            found.extend(it.read(&commits));
        }
        found.into_iter().filter_map(|(sha, number)| Some((sha, number?))).collect()
    }

    fn wanted(list: &[(&str, i64)]) -> Vec<(String, i64)> {
        list.iter().map(|(sha, number)| ((*sha).to_owned(), *number)).collect()
    }

    #[test]
    fn a_merge_brings_the_commits_that_only_its_second_parent_reaches() {
        // M merges a branch that had merged the main line (b) before.
        let first: &[(&str, &[&str])] = &[("M", &["c", "y"]), ("y", &["x", "b"]), ("c", &["b"])];
        let second: &[(&str, &[&str])] = &[("x", &["a"]), ("b", &["a"]), ("a", &[])];
        assert_eq!(brought(&[(7, "M")], &[], &[first, second]), wanted(&[("M", 7), ("x", 7), ("y", 7)]));
        let all: Vec<(&str, &[&str])> = first.iter().chain(second).rev().copied().collect();
        assert_eq!(brought(&[(7, "M")], &[], &[&all]), wanted(&[("M", 7), ("x", 7), ("y", 7)]), "in any order");
    }

    #[test]
    fn a_squash_brings_its_own_commit_and_a_fast_forward_the_commits_since_its_base() {
        let line: &[(&str, &[&str])] = &[("d", &["c"]), ("c", &["b"]), ("b", &["a"]), ("a", &[])];
        assert_eq!(brought(&[(7, "c")], &[("c", "b")], &[line]), wanted(&[("c", 7)]));
        assert_eq!(brought(&[(7, "c")], &[("c", "a")], &[line]), wanted(&[("b", 7), ("c", 7)]));
        assert_eq!(brought(&[(7, "c")], &[("x", "a")], &[line]), wanted(&[("c", 7)]), "the head of another branch");
    }

    #[test]
    fn a_branch_squashed_into_another_brings_its_own_commit_alone() {
        let stack: &[(&str, &[&str])] = &[("M", &["a", "s"]), ("s", &["o"]), ("o", &["a"]), ("a", &[])];
        assert_eq!(brought(&[(1, "M"), (2, "s")], &[], &[stack]), wanted(&[("M", 1), ("o", 1), ("s", 2)]));
    }
}
