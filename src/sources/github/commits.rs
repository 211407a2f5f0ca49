//! The commits behind the deployments, and the pull requests that brought them, page by page.

use rustc_hash::FxHashSet;
use serde_json::json;

use super::associated::{Choice, PendingLookup, choice};
use super::error::QueryError;
use super::map::{self, Repo};
use super::page::PageSize;
use super::queries::{COMMITS, PARENTS, REVIEWS};
use super::source::{Source, parts};
use super::{Event, wire};
use crate::domain::event::{PullRequest, Rows};
use crate::sources::commit_walk::{self, Revisions};
use crate::sources::history::{History, Pair};
use crate::sources::nulls::Nulls;

/// The first page behind a revision, read before; `None` where the revision is gone.
pub(super) struct FirstPage {
    pub(super) start: String,
    pub(super) list: Option<wire::Connection<wire::Commit>>,
}

/// All walks of one repo.
pub(super) struct Commits<'a> {
    pub(super) source: &'a Source,
    pub(super) repo: &'a Repo,
    pub(super) cursor: Option<String>,
    size: PageSize,
    /// Numbers of those that were handed on.
    pub(super) pull_requests: FxHashSet<i64>,
    /// Commits that wait for their pull requests.
    pub(super) undecided: Vec<PendingLookup>,
    first: Option<FirstPage>,
}

impl<'a> Commits<'a> {
    /// `cursor` is what stays the repo's cursor meanwhile; `first` is read already.
    pub(super) fn new(source: &'a Source, repo: &'a Repo, cursor: Option<String>, first: Option<FirstPage>) -> Self {
        Self {
            source,
            repo,
            cursor,
            size: PageSize::default(),
            pull_requests: FxHashSet::default(),
            undecided: Vec::new(),
            first,
        }
    }

    /// Reads what the unresolved pairs (newest first) need, each page handed on as it comes.
    pub(super) async fn read(mut self, history: History, open: Vec<Pair>) -> Result<(), QueryError> {
        commit_walk::resolve(&mut self, history, open).await?;
        self.decide().await
    }

    /// A pull request as a row; none where it was handed on before. Reads the reviews that a page does not show, as long
    /// as they may hold the first one by another person or the first approval.
    pub(super) async fn pull_request(
        &mut self,
        mut wire: wire::PullRequest,
    ) -> Result<Option<PullRequest>, QueryError> {
        if !self.pull_requests.insert(wire.number) {
            return Ok(None);
        }
        let mut size = PageSize::default();
        while !map::is_reviewed(&wire)
            && let Some(list) = &mut wire.reviews
            && let Some(after) = list.page_info.next()
        {
            let id = &wire.id;
            let variables = |first: u32| json!({"id": id, "first": first, "after": after});
            let more: wire::Node<wire::Reviews> =
                self.source.page(&self.repo.name, &mut size, REVIEWS, variables).await?;
            let more = more.node.and_then(|node| node.reviews).ok_or_else(|| {
                QueryError::Here(format!("the reviews of pull request {} are gone; run again", wire.number))
            })?;
            list.page_info = more.page_info;
            list.nodes.extend(more.nodes);
        }
        Ok(Some(map::pull_request(self.repo, wire)))
    }

    /// All parents of a commit, of which a page shows ten; `None` where GitHub leaves one of them empty.
    async fn parents(&self, wire: &wire::Commit) -> Result<Option<Vec<String>>, QueryError> {
        let mut parents: Vec<Option<String>> = oids(&wire.parents);
        let mut next = wire.parents.page_info.next();
        let (owner, name) = parts(&self.repo.name)?;
        let mut size = PageSize::default();
        while let Some(after) = next {
            let variables =
                |first: u32| json!({"owner": owner, "name": name, "oid": wire.oid, "first": first, "after": after});
            let page: wire::InRepository<wire::Revision<wire::Parents>> =
                self.source.page(&self.repo.name, &mut size, PARENTS, variables).await?;
            let list = page.repository.object.and_then(|commit| commit.parents);
            let list =
                list.ok_or_else(|| QueryError::Here(format!("the parents of {} are gone; run again", wire.oid)))?;
            next = list.page_info.next();
            parents.extend(oids(&list));
        }
        Ok(parents.into_iter().collect())
    }
}

impl Revisions for Commits<'_> {
    type Error = QueryError;

    async fn page(
        &mut self,
        history: &mut History,
        start: &str,
        after: Option<&str>,
    ) -> Result<Option<commit_walk::Page>, QueryError> {
        let name = &self.repo.name;
        let (owner, repo_name) = parts(name)?;
        let variables =
            |first: u32| json!({"owner": owner, "name": repo_name, "oid": start, "first": first, "after": after});
        let fits = |first: &mut FirstPage| first.start == start && after.is_none();
        let list = if let Some(first) = self.first.take_if(fits) {
            first.list
        } else {
            let page: wire::InRepository<wire::Revision<wire::History>> =
                self.source.page(name, &mut self.size, COMMITS, variables).await?;
            page.repository.object.and_then(|commit| commit.history)
        };
        let Some(list) = list else { return Ok(None) };
        let next = list.page_info.next();
        let (mut all, mut fresh, mut commits, mut pull_requests) =
            (Vec::new(), FxHashSet::default(), Vec::new(), Vec::new());
        for mut wire in list.nodes {
            all.push(wire.oid.clone());
            if history.has(&wire.oid) {
                continue;
            }
            let Some(parents) = self.parents(&wire).await? else {
                // Without one of its parents it would look like the end of a history.
                self.source.api.skipped.add(name, Nulls::from([("history".to_owned(), 1)]));
                continue;
            };
            history.insert(wire.oid.clone(), parents.clone());
            fresh.insert(wire.oid.clone());
            let choice = choice(name, &wire.oid, wire.associated_pull_requests.take());
            let mut commit = map::commit(self.repo, wire, parents);
            match choice {
                Choice::Made(brought_by) => {
                    commit.pull_request = brought_by.as_ref().map(|one| one.number);
                    commits.push(commit);
                    if let Some(one) = brought_by {
                        pull_requests.extend(self.pull_request(one).await?);
                    }
                }
                Choice::Open(shown) => self.keep_back(PendingLookup { commit, shown }).await?,
            }
        }
        let mut rows = Vec::new();
        if !commits.is_empty() {
            rows.push(Rows::Commits(commits));
        }
        if !pull_requests.is_empty() {
            rows.push(Rows::PullRequests(pull_requests));
        }
        if !rows.is_empty() {
            self.source.send(Event::Page { scope: name.clone(), rows, cursor: self.cursor.clone() }).await?;
        }
        Ok(Some(commit_walk::Page { all, fresh, next }))
    }
}

fn oids(list: &wire::Connection<Option<wire::Oid>>) -> Vec<Option<String>> {
    list.nodes.iter().map(|parent| parent.as_ref().map(|parent| parent.oid.clone())).collect()
}
