//! Pagination by an address in the previous page: in its body, or in its header `Link`.

use url::Url;

use super::Shown;
use crate::sources::incidents::error::QueryError;
use crate::sources::json::place::Place;

/// The position in a list.
#[derive(Debug)]
pub(in crate::sources) struct Link {
    place: Option<Place>,
    next: Option<Url>,
}

impl Link {
    pub(super) fn new(place: Option<Place>) -> Self {
        Self { place, next: None }
    }

    /// The same after a page that named this address.
    pub(super) fn after(mut self, address: &str) -> Self {
        self.next = Url::parse(address).ok();
        self
    }

    pub(super) fn address(&self) -> Option<&Url> {
        self.next.as_ref()
    }

    pub(super) fn turn(
        &mut self,
        shown: &Shown<'_>,
        next_page: impl Fn(&Url, &str) -> Result<Url, QueryError>,
    ) -> Result<bool, QueryError> {
        let next = match &self.place {
            Some(place) => place.text(shown.reply).map(|named| next_page(shown.url, &named)).transpose()?,
            None => shown.link.clone(),
        };
        if next.is_some() && (next == self.next || next.as_ref() == Some(shown.url)) {
            let words = "the service names the same page as the next page, so its list has no end; run again later";
            return Err(QueryError::Here(words.into()));
        }
        self.next = next;
        Ok(self.next.is_some())
    }
}
