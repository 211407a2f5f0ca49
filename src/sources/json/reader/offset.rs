//! Pagination by the number of previous rows or pages.
//!
//! If a service counts rows, each request asks for the last row of the previous page again. If that row has
//! moved, rows were deleted during the reading, and other rows have moved to pages that were read before.

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
    /// How many rows of the previous page are also on the next one: 0 or 1.
    overlap: usize,
}

impl Offset {
    pub(super) fn new(parameter: Text, counts: Counts, more: Option<Place>, size: usize) -> Self {
        Self { parameter, counts, more, size, rows: 0, pages: 0, overlap: 0 }
    }

    /// The same after so many rows.
    pub(in crate::sources::json) fn after(mut self, rows: usize) -> Self {
        (self.rows, self.pages) = (rows, rows.div_ceil(self.size.max(1)));
        self
    }

    /// Where a reading is, as a text.
    pub(super) fn position(&self) -> String {
        format!("{} {} {}", self.rows, self.pages, self.overlap)
    }

    /// The same at a position.
    pub(super) fn going_on(mut self, position: &str) -> Self {
        let mut numbers = position.split(' ').map(|number| number.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        (self.rows, self.pages, self.overlap) = (next(), next(), next().min(1));
        self
    }

    /// Whether the next page begins with the last row of the previous one.
    pub(super) fn overlaps(&self) -> bool {
        self.overlap > 0
    }

    pub(super) fn parameter(&self) -> (&str, String) {
        let value = match self.counts {
            Counts::Rows => self.rows.saturating_sub(self.overlap),
            Counts::Pages(first) => first + self.pages,
        };
        (&self.parameter, value.to_string())
    }

    pub(super) fn turn(&mut self, shown: &Shown<'_>) -> Result<bool, QueryError> {
        let overlap = self.overlap;
        self.rows += shown.entries.saturating_sub(overlap);
        // With pages of one row, every request would return the same row.
        self.overlap = usize::from(self.counts == Counts::Rows && shown.entries > 1);
        self.pages += 1;
        let said = self.more.as_ref().and_then(|place| said(place, shown.reply));
        if said == Some(true) && shown.entries <= overlap {
            let words = "the service says that there are more rows but sends none; run again later";
            return Err(QueryError::Here(words.into()));
        }
        // A service may send shorter pages than it is asked for, and hide some of their entries, so only an empty page is
        // certainly the last one.
        Ok(shown.entries > overlap && said.unwrap_or(true))
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
