//! Reads lists in order of change, oldest first. Each page starts at the last change of the previous page.
//!
//! An entry that changes while the list is read moves to the end of the list, so page numbers would skip another entry.
//! Starting at an instant skips none. The instant has milliseconds and is included, so entries of this instant come
//! twice. Page numbers are used only if the entries of one instant fill a page.

use std::collections::HashSet;

use serde::de::DeserializeOwned;

use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::Listed;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;

/// Entries of a page: the maximum of GitLab.
pub(super) const PAGE: usize = 100;

/// An entry of such a list.
pub(super) trait Changed {
    /// Its number.
    fn id(&self) -> i64;

    /// When it last changed; a placeholder where GitLab does not say so.
    fn updated_at(&self) -> Timestamp;
}

/// The position in a list.
pub(super) struct Changes {
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    after: Timestamp,
    page: u32,
    is_over: bool,
    /// The entries of the previous page with the instants of their changes.
    before: HashSet<(i64, Timestamp)>,
    /// Entries that are null or do not say when they changed.
    pub(super) skipped: usize,
}

impl Changes {
    /// The entries of the list at `path` that changed at `after` or later.
    pub(super) fn of(path: &[&str], query: &[(&'static str, &str)], after: Timestamp) -> Self {
        Self {
            path: ["api", "v4"].iter().chain(path).map(|&part| part.to_owned()).collect(),
            query: query.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            after,
            page: 1,
            is_over: false,
            before: HashSet::new(),
            skipped: 0,
        }
    }

    /// The instant from which the next page is asked for: every change before it was read.
    pub(super) fn upto(&self) -> Timestamp {
        self.after
    }

    /// The next page without the entries of the previous page; `None` at the end.
    pub(super) async fn next<T: DeserializeOwned + Changed>(
        &mut self,
        api: &Api,
    ) -> Result<Option<Vec<T>>, QueryError> {
        if self.is_over {
            return Ok(None);
        }
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let (after, page, size) = (self.after.to_rfc3339(), self.page.to_string(), PAGE.to_string());
        let mut query: Vec<(&str, &str)> = self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        query.extend([("order_by", "updated_at"), ("sort", "asc"), ("per_page", &size), ("updated_after", &after)]);
        if self.page > 1 {
            query.push(("page", &page));
        }
        let Listed { mut rows, nulls } = api.get::<Listed<T>>(&path, &query).await?;
        let shown = rows.len() + nulls;
        rows.retain(|row| !row.updated_at().is_placeholder());
        self.skipped += shown - rows.len();
        let entries: HashSet<(i64, Timestamp)> = rows.iter().map(|row| (row.id(), row.updated_at())).collect();
        if shown >= PAGE && entries == self.before {
            let words = format!(
                "GitLab shows the same {shown} entries again from {} on, so its list has no end; run again later",
                self.after
            );
            return Err(QueryError::Here(words));
        }
        rows.retain(|row| !self.before.contains(&(row.id(), row.updated_at())));
        let newest = entries.iter().map(|(_, at)| *at).max().unwrap_or(self.after);
        self.is_over = shown < PAGE;
        if newest > self.after {
            (self.after, self.page) = (newest, 1);
        } else {
            self.page += 1;
        }
        self.before = entries;
        Ok(Some(rows))
    }
}
