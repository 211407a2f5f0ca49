//! The walk through the commits behind the deployments, until the commits between each pair of consecutive successes
//! are known.
//!
//! It goes down from the newest deployed revision, a hundred commits a page, and reads no commit twice. If some pages
//! contain nothing that a pair needs, it requests the missing revision directly: one off that line is walked from its
//! own head. There is no cut by date: work may be much older than its merge.

use rustc_hash::FxHashSet;
use serde_json::json;

use super::associated::{Choice, PendingLookup, choice};
use super::error::QueryError;
use super::history::{History, Pair};
use super::map::{self, Repo};
use super::page::PageSize;
use super::queries::{COMMITS, PARENTS, REVIEWS};
use super::source::{Source, parts};
use super::{Event, wire};
use crate::domain::event::{PullRequest, Rows};
use crate::sources::nulls::Nulls;

/// How many pages in a row may contain nothing that a pair needs.
const PATIENCE: u32 = 4;
/// Up to so many commits the pairs are looked at after every page, then after every few.
const SMALL: usize = 5_000;

/// The history behind one revision, as far as it was read.
struct Walk {
    start: String,
    after: Option<String>,
}

/// The first page behind a revision, read before; `None` where the revision is gone.
pub(super) struct FirstPage {
    pub(super) start: String,
    pub(super) list: Option<wire::Connection<wire::Commit>>,
}

/// All walks of one repo.
pub(super) struct Commits<'a> {
    pub(super) source: &'a Source,
    pub(super) repo: &'a Repo,
    history: History,
    pub(super) cursor: Option<String>,
    size: PageSize,
    /// Numbers of those that were handed on.
    pub(super) pull_requests: FxHashSet<i64>,
    /// Commits that wait for their pull requests.
    pub(super) undecided: Vec<PendingLookup>,
    /// From the newest deployed revision.
    main: Option<Walk>,
    /// From another, until it has what was looked for.
    side: Option<Walk>,
    /// What the main walk met.
    met: FxHashSet<String>,
    first: Option<FirstPage>,
}

impl<'a> Commits<'a> {
    /// `cursor` is what stays the repo's cursor meanwhile; `first` is read already.
    pub(super) fn new(
        source: &'a Source,
        repo: &'a Repo,
        history: History,
        cursor: Option<String>,
        first: Option<FirstPage>,
    ) -> Self {
        Self {
            source,
            repo,
            history,
            cursor,
            size: PageSize::default(),
            pull_requests: FxHashSet::default(),
            undecided: Vec::new(),
            main: None,
            side: None,
            met: FxHashSet::default(),
            first,
        }
    }

    /// Reads what the unresolved pairs (newest first) need, each page handed on as it comes.
    pub(super) async fn read(mut self, mut open: Vec<Pair>) -> Result<(), QueryError> {
        let (mut idle, mut pages) = (0, 0);
        while let Some(pair) = open.first().cloned() {
            if self.history.is_lost(&pair) {
                open.remove(0);
                continue;
            }
            let missing = self.history.missing(&pair);
            let leads_there = missing.is_none() && self.main.is_some() && self.met.contains(&pair.new);
            if leads_there {
                self.side = None;
            } else if idle >= PATIENCE || (self.main.is_none() && self.side.is_none()) {
                let Some(start) = self.history.start(&pair) else {
                    open.remove(0);
                    continue;
                };
                let walk = Some(Walk { start, after: None });
                *(if self.main.is_none() { &mut self.main } else { &mut self.side }) = walk;
                idle = 0;
            }
            let fresh = self.page().await?;
            pages += 1;
            let needed = open.iter().any(|pair| fresh.contains(&pair.old) || fresh.contains(&pair.new));
            let before = open.len();
            let ended = self.main.is_none() && self.side.is_none();
            if ended || pages % (1 + self.history.len() / SMALL) == 0 {
                open = self.history.unresolved(open);
            }
            idle = if needed || open.len() < before { 0 } else { idle + 1 };
            // This walk only looks for the end of the pair; the rest is on the walk from its start.
            if self.side.as_ref().is_some_and(|side| side.start == pair.old) {
                self.side = None;
            }
        }
        self.decide().await
    }

    /// Reads one page of the walk under way and hands it on; gives back what is new.
    async fn page(&mut self) -> Result<FxHashSet<String>, QueryError> {
        let on_main = self.side.is_none();
        let Some(walk) = self.side.take().or_else(|| self.main.take()) else { return Ok(FxHashSet::default()) };
        let name = &self.repo.name;
        let (owner, repo_name) = parts(name)?;
        let variables = |first: u32| json!({"owner": owner, "name": repo_name, "oid": walk.start, "first": first, "after": walk.after});
        let fits = |first: &mut FirstPage| first.start == walk.start && walk.after.is_none();
        let list = if let Some(first) = self.first.take_if(fits) {
            first.list
        } else {
            let page: wire::InRepository<wire::Revision<wire::History>> =
                self.source.page(name, &mut self.size, COMMITS, variables).await?;
            page.repository.object.and_then(|commit| commit.history)
        };
        let Some(list) = list else {
            self.history.is_gone(walk.start);
            return Ok(FxHashSet::default());
        };
        let next = list.page_info.next();
        let (mut fresh, mut commits, mut pull_requests) = (FxHashSet::default(), Vec::new(), Vec::new());
        for mut wire in list.nodes {
            if on_main {
                self.met.insert(wire.oid.clone());
            }
            if self.history.has(&wire.oid) {
                continue;
            }
            let Some(parents) = self.parents(&wire).await? else {
                // Without one of its parents it would look like the end of a history.
                self.source.api.skipped.add(name, Nulls::from([("history".to_owned(), 1)]));
                continue;
            };
            self.history.insert(wire.oid.clone(), parents.clone());
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
        // A page that lacks its own start would be asked for again and again.
        if !self.history.has(&walk.start) {
            self.history.is_gone(walk.start.clone());
        }
        if !fresh.is_empty() && next.is_some() {
            *(if on_main { &mut self.main } else { &mut self.side }) = Some(Walk { start: walk.start, after: next });
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
        Ok(fresh)
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

fn oids(list: &wire::Connection<Option<wire::Oid>>) -> Vec<Option<String>> {
    list.nodes.iter().map(|parent| parent.as_ref().map(|parent| parent.oid.clone())).collect()
}
