//! The merged merge requests of a project, and from them which commits they brought.

use std::collections::BTreeSet;

use super::brought::Brought;
use super::changes::Changes;
use super::cursor::Cursor;
use super::details::{Asked, details};
use super::map;
use super::repo::Repo;
use super::source::Source;
use super::wire;
use crate::domain::event::{PullRequest, Rows};
use crate::domain::time::Timestamp;
use crate::sources::incidents::error::QueryError;
use crate::sources::known::KnownRepo;

/// The maximum number of known merges without a read commit whose branches are requested again, newest first.
const MOST_WAITING: usize = 400;
/// Merge requests per request for details.
const SHARE: usize = 200;

impl Source {
    /// Reads the merged merge requests that changed since an instant. With `reads_commits`, also requests the branches
    /// of known merge requests whose commits were not read yet.
    pub(super) async fn merge_requests(
        &self,
        repo: &Repo,
        known: &KnownRepo,
        since: Timestamp,
        cursor: &Cursor,
        reads_commits: bool,
    ) -> Result<Brought, QueryError> {
        let mut brought = Brought::default();
        for (number, sha) in &known.pull_requests {
            brought.merge(*number, sha);
        }
        let query = [("state", "merged"), ("scope", "all")];
        let mut changes = Changes::of(&["projects", &repo.id, "merge_requests"], &query, since);
        let (mut waiting, mut seen): (Vec<wire::MergeRequest>, BTreeSet<i64>) = (Vec::new(), BTreeSet::new());
        loop {
            let page = match changes.next::<wire::MergeRequest>(&self.api).await {
                // Merge requests may be turned off in the project.
                Err(QueryError::Denied(reason) | QueryError::Gone(reason)) if seen.is_empty() => {
                    self.say(format!(
                        "{}: its merge requests are not shown: {reason}; its commits count as direct commits",
                        repo.name
                    ))
                    .await?;
                    None
                }
                page => page?,
            };
            let is_over = page.is_none();
            for wire in page.into_iter().flatten() {
                if wire.merged_at.is_some() && !wire.created_at.is_placeholder() {
                    seen.insert(wire.iid);
                    waiting.push(wire);
                }
            }
            while waiting.len() >= SHARE || (is_over && !waiting.is_empty()) {
                let rest = waiting.split_off(waiting.len().min(SHARE));
                self.complete(repo, std::mem::replace(&mut waiting, rest), &mut brought, cursor).await?;
            }
            if is_over {
                break;
            }
        }
        self.skipped.add(changes.skipped);
        if !reads_commits {
            return Ok(brought);
        }
        let commits: BTreeSet<&str> = known.commits.iter().map(|(sha, _)| sha.as_str()).collect();
        let is_waiting = |(number, sha): &&(i64, String)| !seen.contains(number) && !commits.contains(sha.as_str());
        let unread = known.pull_requests.iter().rev().filter(is_waiting).take(MOST_WAITING);
        let asked: Vec<Asked> = unread.map(|(number, _)| Asked::branch_of(*number)).collect();
        for found in details(&self.api, repo, &self.size, &asked).await?.into_values() {
            if let Some((head, base)) = found.branch {
                brought.branch(&head, &base);
            }
        }
        Ok(brought)
    }

    /// Requests the details of merge requests, and hands on the complete rows.
    async fn complete(
        &self,
        repo: &Repo,
        list: Vec<wire::MergeRequest>,
        brought: &mut Brought,
        cursor: &Cursor,
    ) -> Result<(), QueryError> {
        let asked: Vec<Asked> = list.iter().map(Asked::of).collect();
        let mut found = details(&self.api, repo, &self.size, &asked).await?;
        let mut rows: Vec<PullRequest> = Vec::new();
        for wire in list {
            let details = found.remove(&wire.iid).unwrap_or_default();
            if let Some(sha) = map::merge_sha(&wire) {
                brought.merge(wire.iid, sha);
            }
            if let Some((head, base)) = &details.branch {
                brought.branch(head, base);
            }
            rows.push(map::pull_request(repo, wire, &details));
        }
        self.page(&repo.name, vec![Rows::PullRequests(rows)], cursor).await
    }
}

impl Asked {
    fn of(wire: &wire::MergeRequest) -> Self {
        Self {
            iid: wire.iid,
            author: wire.author.as_ref().and_then(|author| author.username.clone()),
            merged_at: wire.merged_at,
            has_comments: wire.user_notes_count != Some(0),
            reviews: true,
        }
    }

    /// Requests only the branch.
    fn branch_of(iid: i64) -> Self {
        Self { iid, author: None, merged_at: None, has_comments: false, reviews: false }
    }
}
