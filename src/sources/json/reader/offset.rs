//! Pagination by the number of previous rows or pages.

use serde_json::Value;

use super::Shown;
use crate::sources::incidents::error::QueryError;
use crate::sources::json::description::{Counts, Text};
use crate::sources::json::place::Place;

/// The position in a list.
#[derive(Debug)]
pub(in crate::sources) struct Offset {
    parameter: Text,
    counts: Counts,
    more: Option<Place>,
    size: usize,
    rows: usize,
    pages: usize,
}

impl Offset {
    pub(super) fn new(parameter: Text, counts: Counts, more: Option<Place>, size: usize) -> Self {
        Self { parameter, counts, more, size, rows: 0, pages: 0 }
    }

    /// The same after so many rows.
    pub(in crate::sources::json) fn after(mut self, rows: usize) -> Self {
        (self.rows, self.pages) = (rows, rows.div_ceil(self.size.max(1)));
        self
    }

    /// Rows before the next page.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    // `Option` like those of the other readers.
    #[expect(clippy::unnecessary_wraps, reason = "one signature for all readers")]
    pub(in crate::sources::json) fn parameter(&self) -> Option<(&str, String)> {
        let value = match self.counts {
            Counts::Rows => self.rows,
            Counts::Pages(first) => first + self.pages,
        };
        Some((&self.parameter, value.to_string()))
    }

    pub(super) fn turn(&mut self, shown: &Shown<'_>) -> Result<bool, QueryError> {
        self.rows += shown.entries;
        self.pages += 1;
        let said = self.more.as_ref().and_then(|place| said(place, shown.reply));
        if said == Some(true) && shown.entries == 0 {
            let words = "the service says that there are more rows but sends none; run again later";
            return Err(QueryError::Here(words.into()));
        }
        Ok(shown.entries > 0 && said.unwrap_or(shown.entries >= self.size))
    }
}

/// Whether a reply announces another page: a flag, or the address of a page.
fn said(place: &Place, reply: &Value) -> Option<bool> {
    match reply.pointer(place.pointer())? {
        Value::Bool(more) => Some(*more),
        Value::Null => Some(false),
        Value::String(next) => Some(!next.is_empty()),
        _ => None,
    }
}
