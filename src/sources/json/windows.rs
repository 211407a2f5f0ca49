//! Pagination by time spans: a list that is filtered by both ends of a span and sorted oldest first. It is read like
//! the lists of the services with their own modules, so a row that is deleted during the reading makes no other row
//! missing.

use super::description::Paging;
use super::description::Sorted;
use super::list::{Listing, Turned};
use super::reader::Reader;
use crate::domain::event::Incident;
use crate::domain::time::Span;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::{Order, Page, Questions, Walk, Windows};

/// The same list, read by time spans.
pub(super) struct ByWindows<'a>(pub(super) &'a Listing<'a>);

impl<'a> ByWindows<'a> {
    /// `None` if the list has another pagination.
    pub(super) fn of(list: &'a Listing<'a>) -> Option<Self> {
        matches!(list.it.description.paging, Paging::Windows { .. }).then_some(Self(list))
    }

    /// A reading of a span.
    pub(super) fn walk(span: Span) -> Walk {
        Walk::over::<Self>(span)
    }
}

impl Windows for ByWindows<'_> {
    const LONGEST_MS: i64 = 180 * 86_400_000;
    // The most; a description may have fewer.
    const PAGE: usize = 100;
    const SAYS_MORE: bool = false;
    const DEEPEST: usize = 10_000;
    // Not every service says whether both ends are within.
    const OVERLAP_MS: i64 = 1_000;

    async fn page(&self, window: Span, offset: usize, order: Order) -> Result<Page, QueryError> {
        let mut reader = match Reader::of(&self.0.it.description.paging, self.0.it.description.size) {
            Reader::Offset(reader) => Reader::Offset(reader.after(offset)),
            reader => reader,
        };
        let Turned { rows, skipped, more, total, is_full, .. } = self.0.turn(window, order, &mut reader).await?;
        let listed = u64::try_from(offset + rows.len() + skipped).unwrap_or(u64::MAX);
        if order == Order::OldestFirst && !more && is_full && total.is_some_and(|total| total > listed) {
            let words = "the service counts more incidents than it lists, and its last page is full; run again later";
            return Err(QueryError::Here(words.into()));
        }
        let [first, last] = [rows.first(), rows.last()].map(|row| row.map(|row| row.made_at));
        if order == Order::OldestFirst && Sorted::OldestFirst.is_contradicted(first, last) {
            let words = "the list is not sorted oldest first, so its windows cannot be read";
            return Err(QueryError::Here(words.into()));
        }
        Ok(Page { rows, more: Some(more), skipped })
    }
}

impl Questions for ByWindows<'_> {
    async fn lookup(&self, id: &str) -> Result<Option<Incident>, QueryError> {
        self.0.lookup(id).await
    }

    fn may_ask_wrongly(&self) -> bool {
        self.0.may_ask_wrongly()
    }

    fn asks_each(&self) -> bool {
        self.0.asks_each()
    }

    fn questions(&self) -> u64 {
        self.0.questions()
    }

    fn reads_references(&self) -> bool {
        self.0.reads_references()
    }

    async fn complete(&self, incident: Incident) -> Result<Incident, QueryError> {
        self.0.complete(incident).await
    }
}
