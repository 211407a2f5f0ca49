//! The pages of a list over a span: window by window if the provider limits the span, and page by page in a window.
//!
//! Rows that are deleted during the reading move other rows to pages that were read before. If the pages show this, the
//! window is read again.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::description::{Description, Paging, Sorted};
use super::list::{Listing, Turned};
use super::reader::{MOST_READINGS, MOVED, Reader, Totals};
use super::windows::ByWindows;
use crate::domain::time::{Span, Timestamp};
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::{Order, Pages, Row, Walk};

/// The maximum number of pages of a window.
const MOST_PAGES: usize = 10_000;

/// The position in a list.
pub(super) enum ListPages {
    /// By time windows and offsets.
    Walk(Walk),
    /// By any other pagination.
    Turns(Box<Turns>),
}

/// A reading page by page.
pub(super) struct Turns {
    /// The windows that are not read yet, the last one first.
    windows: Vec<Span>,
    now: Reading,
    /// The end of the part of the current window that was read completely.
    upto: Option<Timestamp>,
    skipped: usize,
    unsure: usize,
    /// How many incidents the service counts and does not list.
    missing: u64,
}

/// One reading of the current window.
#[derive(Default)]
struct Reading {
    reader: Option<Reader>,
    /// The pages so far, by their ids.
    seen: FxHashSet<u64>,
    pages: usize,
    ids: FxHashSet<u64>,
    skipped: usize,
    totals: Totals,
    /// How many readings of the window there were before.
    again: usize,
}

impl ListPages {
    pub(super) fn over(it: &Description, span: Span) -> Self {
        if matches!(it.paging, Paging::Windows { .. }) {
            return Self::Walk(ByWindows::walk(span));
        }
        let (mut windows, mut from) = (Vec::new(), span.from);
        while from < span.to {
            let to = it.longest_ms.map_or(span.to, |longest| Timestamp(from.0.saturating_add(longest)).min(span.to));
            windows.push(Span { from, to });
            from = to;
        }
        windows.reverse();
        let now = Reading::default();
        Self::Turns(Box::new(Turns { windows, now, upto: None, skipped: 0, unsure: 0, missing: 0 }))
    }

    /// How many windows are left.
    pub(super) fn windows(&self) -> usize {
        match self {
            Self::Walk(_) => 0,
            Self::Turns(it) => it.windows.len(),
        }
    }

    /// Reads a page; returns its number of incidents.
    pub(super) async fn turn(&mut self, list: &Listing<'_>) -> Result<Option<usize>, QueryError> {
        Ok(self.next(list).await?.map(|(rows, _)| rows.len()))
    }
}

impl Pages<Listing<'_>> for ListPages {
    fn skipped(&self) -> usize {
        match self {
            Self::Walk(walk) => Pages::<ByWindows<'_>>::skipped(walk),
            Self::Turns(it) => it.skipped,
        }
    }

    fn notices(&self) -> Vec<String> {
        let Self::Turns(turns) = self else { return Vec::new() };
        let Turns { unsure, missing, .. } = turns.as_ref();
        let mut notices = Vec::new();
        if *unsure > 0 {
            notices.push(format!(
                "the service shows only the newest part of the history of {unsure} incidents, without their end, so the date \
                 that counts as their end may be that of a later change"
            ));
        }
        if *missing > 0 {
            notices.push(format!(
                "the service counts {missing} more incidents than it lists; check whether the key may read all of them"
            ));
        }
        notices
    }

    async fn next(&mut self, list: &Listing<'_>) -> Result<Option<(Vec<Row>, Timestamp)>, QueryError> {
        match self {
            Self::Walk(walk) => walk.next(&ByWindows(list)).await,
            Self::Turns(it) => it.next(list).await,
        }
    }
}

impl Turns {
    async fn next(&mut self, list: &Listing<'_>) -> Result<Option<(Vec<Row>, Timestamp)>, QueryError> {
        let Some(window) = self.windows.last().copied() else { return Ok(None) };
        let it = &list.it.description;
        let reader = self.now.reader.get_or_insert_with(|| Reader::of(&it.paging, it.size));
        let order = if it.sorted == Sorted::NewestFirst { Order::NewestFirst } else { Order::OldestFirst };
        let turned = list.turn(window, order, reader).await?;
        let has_moved = turned.overlaps && !self.now.has(turned.rows.first());
        self.now.take(&turned)?;
        let Turned { mut rows, skipped, more, .. } = turned;
        self.skipped += skipped;
        self.unsure += turned.unsure;
        let [begin, end] = [rows.first(), rows.last()].map(|row| row.map(|row| row.made_at));
        if it.sorted.is_contradicted(begin, end) {
            let words = "the list is not sorted as it was asked for, or as `sorted` says; its end cannot be told";
            return Err(QueryError::Here(words.into()));
        }
        let newest = rows.iter().map(|row| row.made_at).filter(|at| *at <= window.to).max();
        // If the service does not filter the list, the next rows are older than the window.
        let is_past = it.sorted == Sorted::NewestFirst && newest.is_some_and(|newest| newest < window.from);
        // A full page without a header `Link` is the last one, or something on the way has taken the header out. The list
        // is asked for once more from its newest incident on.
        let is_unsure = !more && matches!(it.paging, Paging::Link(None)) && turned.is_full;
        let goes_on = newest.filter(|newest| is_unsure && it.sorted == Sorted::OldestFirst && *newest > window.from);
        if is_unsure && goes_on.is_none() {
            let words = "the list ends after a full page without a header `Link`, so it may go on; check whether a proxy \
                         removes the header";
            return Err(QueryError::Here(words.into()));
        }
        rows.retain(|row| window.from <= row.made_at && row.made_at <= window.to);
        let before = self.upto.unwrap_or(window.from);
        let reads_on = more && !is_past && !has_moved;
        if reads_on {
            let reached =
                newest.filter(|_| it.sorted == Sorted::OldestFirst).map_or(before, |newest| newest.max(before));
            self.upto = Some(reached);
            return Ok(Some((rows, reached)));
        }
        let missing = if is_past || goes_on.is_some() { 0 } else { self.now.missing() };
        if missing > 0 && !more && turned.is_full {
            return Err(QueryError::Here(format!(
                "the service counts {missing} more incidents than it lists, and its last page is full and names no next \
                 one; run again later"
            )));
        }
        let has_changed = has_moved || (missing > 0 && self.now.totals.have_changed());
        self.now = Reading { again: self.now.again + 1, ..Reading::default() };
        if has_changed && self.now.again < MOST_READINGS {
            // Rows were deleted while the list was read, so others may have been passed over.
            return Ok(Some((rows, before)));
        }
        if has_moved {
            return Err(QueryError::Here(MOVED.into()));
        }
        self.missing += missing;
        self.windows.pop();
        (self.now, self.upto) = (Reading::default(), None);
        if let Some(from) = goes_on {
            self.windows.push(Span { from, ..window });
            return Ok(Some((rows, from)));
        }
        Ok(Some((rows, window.to)))
    }
}

impl Reading {
    fn has(&self, row: Option<&Row>) -> bool {
        row.is_some_and(|row| self.ids.contains(&FxBuildHasher.hash_one(row.incident.id.as_str())))
    }

    /// Takes a page; an error if it shows that the list has no end.
    fn take(&mut self, page: &Turned) -> Result<(), QueryError> {
        self.pages += 1;
        self.skipped += page.skipped;
        self.totals.take(page.total);
        let ids: Vec<&str> = page.rows.iter().map(|row| row.incident.id.as_str()).collect();
        if page.more && !ids.is_empty() && !self.seen.insert(FxBuildHasher.hash_one(&ids)) {
            let shown = ids.len();
            return Err(QueryError::Here(format!(
                "the service shows the same {shown} incidents again, so its list has no end; run again later"
            )));
        }
        if page.more && self.pages >= MOST_PAGES {
            let words = format!("the list has more than {MOST_PAGES} pages; fetch a shorter history with `--since`");
            return Err(QueryError::Here(words));
        }
        self.ids.extend(ids.into_iter().map(|id| FxBuildHasher.hash_one(id)));
        Ok(())
    }

    /// How many incidents the service counts and does not list.
    fn missing(&self) -> u64 {
        self.totals.missing(self.ids.len() + self.skipped)
    }
}
