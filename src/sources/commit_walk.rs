//! The walk through the commits behind the deployments of a repo, until the commits between each pair of consecutive
//! successes are known; the same for every source that lists the commits behind a revision.
//!
//! It goes down from the newest deployed revision, page by page, and reads no commit twice. If some pages contain nothing
//! that a pair needs, it requests the missing revision directly: one off that line is walked from its own head. There is
//! no cut by date: work may be much older than its merge.

use rustc_hash::FxHashSet;

use super::history::{History, Pair};

/// How many pages in a row may contain nothing that a pair needs.
const PATIENCE: u32 = 4;
/// Up to so many commits the pairs are looked at after every page, then after every few.
const SMALL: usize = 5_000;

/// A page of the commits behind a revision.
pub(super) struct Page {
    /// Every commit on it.
    pub(super) all: Vec<String>,
    /// Those that were not known, which are in the history now.
    pub(super) fresh: FxHashSet<String>,
    /// Where the next page is.
    pub(super) next: Option<String>,
}

/// A source of commits.
pub(super) trait Revisions {
    /// Why a page could not be read.
    type Error;

    /// Reads a page of the commits behind `start`, hands on those that the history does not have, and adds them to it.
    /// `None` where the revision does not exist.
    fn page(
        &mut self,
        history: &mut History,
        start: &str,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Option<Page>, Self::Error>> + Send;
}

/// The commits behind one revision, as far as they were read.
struct Walk {
    start: String,
    after: Option<String>,
}

/// All walks of one repo.
struct Walks {
    history: History,
    /// From the newest deployed revision.
    main: Option<Walk>,
    /// From another, until it has what was looked for.
    side: Option<Walk>,
    /// What the main walk met.
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
        } else if idle >= PATIENCE || (walks.main.is_none() && walks.side.is_none()) {
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
    /// Reads one page of the walk under way; gives back what is new.
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
        // A page that lacks its own start would be asked for again and again.
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
