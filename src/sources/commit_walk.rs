//! Reads the commits of a repo until the commits between each pair of consecutive successful deployments are known.
//! Every source that can list the ancestors of a revision uses this module.
//!
//! The walk starts at the newest deployed revision, reads page by page towards older commits, and reads no commit
//! twice. If some pages contain nothing that a pair needs, the walk requests the missing revision directly, so a
//! revision on another branch is read from its own head. There is no cut by date, because work may be much older than
//! its merge.

use rustc_hash::FxHashSet;

use super::history::{History, Pair};

/// How many pages in a row may contain nothing that a pair needs.
const MAX_IDLE_PAGES: u32 = 4;
/// Up to this number of commits, the pairs are checked after every page; beyond it, after every few pages.
const SMALL: usize = 5_000;

/// A page of the commits behind a revision.
pub(super) struct Page {
    /// Every commit on it.
    pub(super) all: Vec<String>,
    /// The commits that were not known before; they are in the history now.
    pub(super) fresh: FxHashSet<String>,
    /// Where the next page is.
    pub(super) next: Option<String>,
}

/// A source of commits.
pub(super) trait Revisions {
    /// Why a page could not be read.
    type Error;

    /// Reads a page of the ancestors of `start`, hands on the commits that the history lacks, and adds them to it.
    /// `None` if the revision does not exist.
    fn page(
        &mut self,
        history: &mut History,
        start: &str,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Option<Page>, Self::Error>> + Send;
}

/// An unfinished walk from one revision.
struct Walk {
    start: String,
    after: Option<String>,
}

/// All walks of one repo.
struct Walks {
    history: History,
    /// From the newest deployed revision.
    main: Option<Walk>,
    /// From another revision, until the wanted revision is found.
    side: Option<Walk>,
    /// The commits that the main walk has read.
    met: FxHashSet<String>,
}

/// Reads what the unresolved pairs (newest first) need.
pub(super) async fn resolve<R: Revisions>(
    revisions: &mut R,
    history: History,
    mut open: Vec<Pair>,
) -> Result<(), R::Error> {
    let mut walks = Walks { history, main: None, side: None, met: FxHashSet::default() };
    let (mut idle, mut pages) = (0, 0);
    while let Some(pair) = open.first().cloned() {
        if walks.history.is_lost(&pair) {
            open.remove(0);
            continue;
        }
        let missing = walks.history.missing(&pair);
        let leads_there = missing.is_none() && walks.main.is_some() && walks.met.contains(&pair.new);
        if leads_there {
            walks.side = None;
        } else if idle >= MAX_IDLE_PAGES || (walks.main.is_none() && walks.side.is_none()) {
            let Some(start) = walks.history.start(&pair) else {
                open.remove(0);
                continue;
            };
            let walk = Some(Walk { start, after: None });
            *(if walks.main.is_none() { &mut walks.main } else { &mut walks.side }) = walk;
            idle = 0;
        }
        let fresh = walks.page(revisions).await?;
        pages += 1;
        let needed = open.iter().any(|pair| fresh.contains(&pair.old) || fresh.contains(&pair.new));
        let before = open.len();
        let ended = walks.main.is_none() && walks.side.is_none();
        if ended || pages % (1 + walks.history.len() / SMALL) == 0 {
            open = walks.history.unresolved(open);
        }
        idle = if needed || open.len() < before { 0 } else { idle + 1 };
        // This walk only looks for the end of the pair; the rest is on the walk from its start.
        if walks.side.as_ref().is_some_and(|side| side.start == pair.old) {
            walks.side = None;
        }
    }
    Ok(())
}

impl Walks {
    /// Reads one page of the current walk; returns the new commits.
    async fn page<R: Revisions>(&mut self, revisions: &mut R) -> Result<FxHashSet<String>, R::Error> {
        let on_main = self.side.is_none();
        let Some(walk) = self.side.take().or_else(|| self.main.take()) else { return Ok(FxHashSet::default()) };
        let Some(page) = revisions.page(&mut self.history, &walk.start, walk.after.as_deref()).await? else {
            self.history.is_gone(walk.start);
            return Ok(FxHashSet::default());
        };
        if on_main {
            self.met.extend(page.all);
        }
        // A page that lacks its own start would otherwise be requested again and again.
        if !self.history.has(&walk.start) {
            self.history.is_gone(walk.start.clone());
        }
        if !page.fresh.is_empty() && page.next.is_some() {
            let rest = Some(Walk { start: walk.start, after: page.next });
            *(if on_main { &mut self.main } else { &mut self.side }) = rest;
        }
        Ok(page.fresh)
    }
}
