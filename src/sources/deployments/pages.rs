//! The pages of a list, one after the other, until there is none or the list repeats itself.

use std::collections::HashSet;
use std::hash::BuildHasher as _;

use rustc_hash::FxBuildHasher;

use super::{Named, Page, System};
use crate::domain::time::Timestamp;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;

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
    asked: usize,
    empty: usize,
    is_over: bool,
    /// The ids of each page so far, folded.
    seen: HashSet<u64>,
}

impl<'a, S: System> Pages<'a, S> {
    pub(super) fn new(system: &'a S, api: &'a Api, list: &'a Named<S::Place>, from: Timestamp) -> Self {
        Self { system, api, list, from, next: None, asked: 0, empty: 0, is_over: false, seen: HashSet::new() }
    }

    /// The next page; `None` after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Page>, QueryError> {
        if self.is_over {
            return Ok(None);
        }
        let mut page = self.system.page(self.api, self.list, self.from, self.next.as_deref()).await?;
        self.asked += 1;
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
        let further = page.next.take();
        self.is_over = further.is_none();
        self.next = further;
        Ok(Some(page))
    }
}
