//! The pages of a list, one after the other, until there is none or the list repeats itself. If rows are deleted
//! during the reading, the list is read again.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::{Named, Page, Row, System};
use crate::domain::time::Timestamp;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::json::reader::{MOST_READINGS, MOVED, Totals};

/// No list takes more.
const MOST_PAGES: usize = 10_000;
/// So many pages in a row without a row end a list that names more.
const MOST_EMPTY: usize = 50;

/// Where a reading is.
pub(super) struct Pages<'a, S: System> {
    pub(super) system: &'a S,
    pub(super) api: &'a Api,
    pub(super) list: &'a Named<S::Place>,
    pub(super) from: Timestamp,
    next: Option<String>,
    now: Reading,
    /// How often the list was read again.
    again: usize,
    is_over: bool,
    /// How many rows the system counts and does not list.
    pub(super) missing: u64,
}

/// One reading of a list.
#[derive(Default)]
struct Reading {
    asked: usize,
    empty: usize,
    /// The ids of each page so far, folded.
    seen: FxHashSet<u64>,
    ids: FxHashSet<u64>,
    skipped: usize,
    totals: Totals,
}

impl<'a, S: System> Pages<'a, S> {
    pub(super) fn new(system: &'a S, api: &'a Api, list: &'a Named<S::Place>, from: Timestamp) -> Self {
        let now = Reading::default();
        Self { system, api, list, from, next: None, now, again: 0, is_over: false, missing: 0 }
    }

    /// The next page; `None` after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, QueryError> {
        if self.is_over {
            return Ok(None);
        }
        let mut page = self.system.page(self.api, self.list, self.from, self.next.as_deref()).await?;
        let has_moved = page.overlaps && page.rows.first().is_none_or(|row| !self.now.ids.contains(&id(row)));
        self.now.take(&page)?;
        let further = page.next.take();
        // A list that is not read to its end does not say how long it is.
        let is_whole = further.is_none() && page.total.is_some();
        let missing = if is_whole { self.now.totals.missing(self.now.ids.len() + self.now.skipped) } else { 0 };
        if has_moved || (missing > 0 && self.now.totals.have_changed()) {
            // Rows were deleted while the list was read, so others may have been passed over.
            self.again += 1;
            if self.again < MOST_READINGS {
                (self.next, self.now) = (None, Reading::default());
                return Ok(Some(page));
            }
            if has_moved {
                return Err(QueryError::Here(MOVED.into()));
            }
        }
        self.missing = missing;
        self.is_over = further.is_none();
        self.next = further;
        Ok(Some(page))
    }
}

fn id(row: &Row) -> u64 {
    FxBuildHasher.hash_one(row.id.as_str())
}

impl Reading {
    /// Takes a page; an error if it shows that the list has no end.
    fn take(&mut self, page: &Page) -> Result<(), QueryError> {
        self.asked += 1;
        self.skipped += page.skipped;
        self.totals.take(page.total);
        let ids: Vec<&str> = page.rows.iter().map(|row| row.id.as_str()).collect();
        if page.next.is_some() && !ids.is_empty() && !self.seen.insert(FxBuildHasher.hash_one(&ids)) {
            let shown = ids.len();
            return Err(QueryError::Here(format!(
                "the service shows the same {shown} deployments again, so its list has no end; check how it is paged, or run \
                 again later"
            )));
        }
        self.empty = if ids.is_empty() { self.empty + 1 } else { 0 };
        if page.next.is_some() && self.empty >= MOST_EMPTY {
            let words =
                format!("{MOST_EMPTY} pages in a row have no deployments and name a next page; check how it is paged");
            return Err(QueryError::Here(words));
        }
        if page.next.is_some() && self.asked >= MOST_PAGES {
            let words = format!("the list has more than {MOST_PAGES} pages; fetch a shorter history with `--since`");
            return Err(QueryError::Here(words));
        }
        self.ids.extend(page.rows.iter().map(id));
        Ok(())
    }
}
