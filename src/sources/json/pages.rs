//! The pages of a list over a span: window by window if the provider limits the span, and page by page in a window.
//!
//! Rows that are deleted during the reading move other rows to pages that were read before. If the pages show this, the
//! window is read again.

use super::description::{Description, Paging, Sorted};
use super::list::{Listing, Turned};
use super::reader::{ListReading, MOST_READINGS, MOVED, PageShown, Reader};
use super::windows::ByWindows;
use crate::domain::time::{Span, Timestamp};
use crate::sources::event::counted;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::{Order, Pages, Row, Walk};

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
    /// How many incidents the service counts but does not list.
    missing: u64,
}

/// One reading of the current window.
#[derive(Default)]
struct Reading {
    reader: Option<Reader>,
    list: ListReading,
    unsure: usize,
    /// Whether a deleted row may have hidden other rows.
    may_hide: bool,
    /// How many times the window was read before.
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
            let their = if *unsure == 1 { "its" } else { "their" };
            notices.push(format!(
                "the service shows only the newest part of the history of {}. The end is not in this part, so {their} end may \
                 be wrong",
                counted(*unsure, "incident")
            ));
        }
        if *missing > 0 {
            notices.push(format!(
                "the service counts {} than it lists; check whether the key may read all of them",
                counted(*missing, "more incident")
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
        self.take(it, window, turned).map(Some)
    }

    /// Takes a page of the current window; returns its rows, and up to when everything is read with it.
    fn take(&mut self, it: &Description, window: Span, turned: Turned) -> Result<(Vec<Row>, Timestamp), QueryError> {
        let has_moved = turned.overlaps && !turned.rows.first().is_some_and(|row| self.now.list.has(&row.incident.id));
        // If pages do not overlap, only the end of the list shows whether rows have moved.
        let is_blind = self.now.list.pages() > 0 && matches!(it.paging, Paging::Offset { .. }) && !turned.overlaps;
        self.now.may_hide |= is_blind;
        self.now.take(&turned)?;
        let Turned { mut rows, more, total, is_full, .. } = turned;
        let [begin, end] = [rows.first(), rows.last()].map(|row| row.map(|row| row.made_at));
        if it.sorted.is_contradicted(begin, end) {
            let words = "the list is not sorted as it was asked for, or as `sorted` says; its end cannot be told";
            return Err(QueryError::Here(words.into()));
        }
        let newest = rows.iter().map(|row| row.made_at).filter(|at| *at <= window.to).max();
        // If the service does not filter the list, the next rows are older than the window.
        let is_past = it.sorted == Sorted::NewestFirst && newest.is_some_and(|newest| newest < window.from);
        let shown = rows.len();
        rows.retain(|row| window.from <= row.made_at && row.made_at <= window.to);
        let before = self.upto.unwrap_or(window.from);
        if more && !is_past && !has_moved {
            let is_read = it.sorted == Sorted::OldestFirst && !self.now.may_hide;
            let reached = newest.filter(|_| is_read).map_or(before, |newest| newest.max(before));
            self.upto = Some(reached);
            return Ok((rows, reached));
        }
        let missing = if more || is_past { 0 } else { self.now.list.missing() };
        if has_moved || (missing > 0 && self.now.list.has_lost_rows()) {
            // Rows were deleted while the list was read, so other rows may have been missed.
            let again = self.now.again + 1;
            if again >= MOST_READINGS {
                return Err(QueryError::Here(MOVED.into()));
            }
            self.now = Reading { again, ..Reading::default() };
            return Ok((rows, before));
        }
        if !more && !is_past && is_full && may_go_on(it, total, missing) {
            // Request the list again from the newest incident on.
            let can_ask = it.sorted == Sorted::OldestFirst && (missing == 0 || !it.is_configured);
            let Some(from) = newest.filter(|newest| can_ask && *newest > window.from) else {
                return Err(QueryError::Here(goes_on(it, missing, shown)));
            };
            self.now = std::mem::take(&mut self.now).rest();
            self.upto = None;
            self.windows.pop();
            self.windows.push(Span { from, ..window });
            return Ok((rows, from));
        }
        let ended = std::mem::take(&mut self.now);
        self.skipped += ended.list.skipped();
        self.unsure += ended.unsure;
        self.missing += missing;
        self.windows.pop();
        self.upto = None;
        Ok((rows, window.to))
    }
}

/// Whether a list may continue after a full page that names no next page: a proxy may have removed the next page from
/// the reply, or the configured place may be wrong.
fn may_go_on(it: &Description, total: Option<u64>, missing: u64) -> bool {
    match it.paging {
        Paging::Link(None) => total.is_none() || missing > 0,
        // Such a reply says that there is no further page, so the service counts rows that it does not show.
        Paging::Offset { .. } => missing > 0 && it.is_configured,
        Paging::Cursor { .. } | Paging::Link(Some(_)) | Paging::Windows { .. } => missing > 0,
    }
}

/// Why the list may continue after its last page. `shown` is the number of rows of this page.
fn goes_on(it: &Description, missing: u64, shown: usize) -> String {
    let (size, more) = (it.size, counted(missing, "more incident"));
    match (missing > 0, it.is_configured) {
        (true, true) => format!(
            "the service counts {more} than it lists, but its last page is full and does not name a next page; check `next` \
             and `total`; if `total` also counts incidents that the key cannot read, set `page_size` to more than {}",
            shown.max(size)
        ),
        (true, false) => format!(
            "the service counts {more} than it lists, but its last page is full and does not name a next page; run \
             again later"
        ),
        (false, true) => format!(
            "the list ends after a full page without a header `Link`, so it may go on: the page has {shown} rows, and \
             `page_size` is {size}. Check whether a proxy removes the header; if the list ends here, set `page_size` to more \
             than {}, or set `total`",
            shown.max(size)
        ),
        (false, false) => "the list ends after a full page without a header `Link`, so it may go on; check whether a \
                           proxy removes the header"
            .into(),
    }
}

impl Reading {
    /// Takes a page; an error if it shows that the list has no end.
    fn take(&mut self, page: &Turned) -> Result<(), QueryError> {
        self.unsure += page.unsure;
        let ids = page.rows.iter().map(|row| row.incident.id.as_str()).collect();
        let shown = PageShown { ids, skipped: page.skipped, total: page.total, more: page.more };
        self.list.take(&shown, "incident")
    }

    /// A reading that continues after the end of this one.
    fn rest(self) -> Self {
        Self { list: self.list.rest(), unsure: self.unsure, again: self.again, ..Self::default() }
    }
}

#[cfg(test)]
mod tests;
