//! Which pull request brought a commit, where GitHub lists several that hold it.
//!
//! GitHub lists every pull request whose branch holds the commit, oldest first: also one that was closed without a
//! merge, one that is still open, and one that goes into another repository. Only one merged into this repo brings a
//! commit. Of several (a stack of branches, a release branch) it is the one whose merge made the commit, else the one
//! with the lowest number.

use serde::Deserialize;

use super::wire;
use crate::domain::event::Commit;
use crate::domain::time::Timestamp;
use crate::sources::instants::maybe_instant;

/// What a page of commits says of the pull request that brought one of them.
pub(super) enum Choice {
    /// This one, or none.
    Made(Option<wire::PullRequest>),
    /// Other pull requests must be checked; the one shown is still a candidate.
    Open(Option<wire::PullRequest>),
}

/// A commit for which its pull request is still to be found.
pub(super) struct PendingLookup {
    pub(super) commit: Commit,
    /// The pull request that the page showed, where it was merged into this repo.
    pub(super) shown: Option<wire::PullRequest>,
}

/// A pull request that holds a commit.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate {
    pub(super) id: String,
    pub(super) number: i64,
    #[serde(deserialize_with = "maybe_instant")]
    merged_at: Option<Timestamp>,
    base_repository: Option<wire::Base>,
    merge_commit: Option<wire::Oid>,
}

/// What a page of commits says of the pull request that brought the commit `sha` to `repo`.
pub(super) fn choice(repo: &str, sha: &str, listed: Option<wire::Associated>) -> Choice {
    let Some(listed) = listed else { return Choice::Made(None) };
    let shown = u64::try_from(listed.nodes.len()).unwrap_or(u64::MAX);
    let others = listed.total_count > shown;
    let first =
        listed.nodes.into_iter().next().filter(|one| is_merged(repo, one.merged_at, one.base_repository.as_ref()));
    if !others || first.as_ref().is_some_and(|one| made(one.merge_commit.as_ref(), sha)) {
        Choice::Made(first)
    } else {
        Choice::Open(first)
    }
}

/// Whether a merge made the commit `sha`.
fn made(merge_commit: Option<&wire::Oid>, sha: &str) -> bool {
    merge_commit.is_some_and(|made| made.oid == sha)
}

/// Whether a pull request was merged into a repo.
fn is_merged(repo: &str, merged_at: Option<Timestamp>, base: Option<&wire::Base>) -> bool {
    merged_at.is_some() && base.is_some_and(|base| base.name_with_owner.eq_ignore_ascii_case(repo))
}

/// The pull request that brought a commit: the one whose merge made it, else the lowest number.
pub(super) fn chosen(repo: &str, sha: &str, candidates: Vec<Candidate>) -> Option<Candidate> {
    let merged = candidates.into_iter().filter(|one| is_merged(repo, one.merged_at, one.base_repository.as_ref()));
    merged.min_by_key(|one| (!made(one.merge_commit.as_ref(), sha), one.number))
}
