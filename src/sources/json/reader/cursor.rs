//! Pagination by a token in the previous page.

use super::Shown;
use crate::sources::incidents::error::QueryError;
use crate::sources::json::description::Text;
use crate::sources::json::place::Place;

/// The position in a list.
#[derive(Debug)]
pub(in crate::sources) struct Cursor {
    parameter: Text,
    place: Place,
    last: Option<Place>,
    token: Option<String>,
}

impl Cursor {
    pub(super) fn new(parameter: Text, place: Place, last: Option<Place>) -> Self {
        Self { parameter, place, last, token: None }
    }

    /// The same after a page that named this token.
    pub(super) fn after(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub(super) fn parameter(&self) -> Option<(&str, String)> {
        Some((&self.parameter, self.token.clone()?))
    }

    pub(super) fn turn(&mut self, shown: &Shown<'_>) -> Result<bool, QueryError> {
        let next = self.place.text(shown.reply);
        if next.is_some() && next == self.token {
            let words = "the service names the same page as the next page, so its list has no end; run again later";
            return Err(QueryError::Here(words.into()));
        }
        let is_last = self.last.as_ref().and_then(|place| place.first(shown.reply)?.as_bool());
        if next.is_none() && is_last == Some(false) {
            let words = "the service says that more rows follow, but does not name the next page; run again later";
            return Err(QueryError::Here(words.into()));
        }
        self.token = next;
        Ok(self.token.is_some())
    }
}
