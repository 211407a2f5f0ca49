//! The commits behind the deployed revisions of a project, page by page, each with the merge request that brought it.

use rustc_hash::FxHashSet;

use super::brought::Brought;
use super::cursor::Cursor;
use super::map;
use super::repo::Repo;
use super::source::Source;
use super::wire;
use crate::domain::event::{Commit, Rows};
use crate::sources::commit_walk::{Page, Revisions};
use crate::sources::history::History;
use crate::sources::incidents::absent::Listed;
use crate::sources::incidents::error::QueryError;

/// Commits of a page, the most that GitLab gives.
const PAGE: usize = 100;

/// The walks through the commits of one project.
pub(super) struct Commits<'a> {
    pub(super) source: &'a Source,
    pub(super) repo: &'a Repo,
    pub(super) cursor: &'a Cursor,
    pub(super) brought: Brought,
}

impl Revisions for Commits<'_> {
    type Error = QueryError;

    async fn page(
        &mut self,
        history: &mut History,
        start: &str,
        after: Option<&str>,
    ) -> Result<Option<Page>, QueryError> {
        let number: u64 = after.and_then(|after| after.parse().ok()).unwrap_or(1);
        let (page, size) = (number.to_string(), PAGE.to_string());
        let path = ["api", "v4", "projects", &self.repo.id, "repository", "commits"];
        // A revision names the same commits in the same order always, so page numbers skip none.
        let query = [("ref_name", start), ("per_page", size.as_str()), ("page", page.as_str())];
        let list = QueryError::gone_is_none(self.source.api.get::<Listed<wire::Commit>>(&path, &query).await)?;
        let Some(Listed { rows, nulls }) = list.filter(|list| number > 1 || !list.rows.is_empty()) else {
            return Ok(None);
        };
        let next = (rows.len() + nulls >= PAGE).then(|| (number + 1).to_string());
        self.source.skipped.add(nulls);
        let all: Vec<String> = rows.iter().map(|wire| wire.id.clone()).collect();
        let (mut fresh, mut linked, mut unknown) = (FxHashSet::default(), Vec::new(), Vec::new());
        for wire in rows {
            if history.has(&wire.id) {
                continue;
            }
            let Some(parents) = map::parents(&wire) else {
                self.source.skipped.add(1);
                continue;
            };
            history.insert(wire.id.clone(), parents.clone());
            fresh.insert(wire.id.clone());
            linked.push((wire.id.clone(), parents));
            unknown.push(wire);
        }
        let brought = self.brought.read(&linked);
        let commits: Vec<Commit> = unknown
            .into_iter()
            .filter_map(|wire| {
                let number = brought.get(&wire.id).copied().flatten();
                map::commit(self.repo, wire, number)
            })
            .collect();
        if !commits.is_empty() {
            self.source.page(&self.repo.name, vec![Rows::Commits(commits)], self.cursor).await?;
        }
        Ok(Some(Page { all, fresh, next }))
    }
}
