//! One small reader for each kind of pagination. A reader gives the parameter or address of the next request, and takes
//! from the reply whether another request is needed.

mod cursor;
mod link;
mod offset;
mod reading;

use serde_json::Value;
use url::Url;

use self::cursor::Cursor;
use self::link::Link;
use self::offset::Offset;
pub(in crate::sources) use self::reading::{ListReading, MOST_READINGS, MOVED, PageShown};
use super::description::Paging;
use crate::sources::incidents::error::QueryError;

/// The parts of a reply that a reader uses.
pub(in crate::sources) struct Shown<'a> {
    /// The whole reply.
    pub(in crate::sources) reply: &'a Value,
    /// How many entries it lists, whatever is done with them.
    pub(in crate::sources) entries: usize,
    /// The page that the header `Link` calls the next.
    pub(in crate::sources) link: Option<Url>,
    /// The address that was asked.
    pub(in crate::sources) url: &'a Url,
}

impl Shown<'_> {
    /// Whether the reply does not have the place of the next page at all, so that the place may be wrong.
    pub(in crate::sources) fn lacks_next(&self, paging: &Paging) -> bool {
        match paging {
            Paging::Link(None) => self.link.is_none(),
            Paging::Link(Some(place)) | Paging::Cursor { token: place, .. } => place.is_absent(self.reply),
            Paging::Offset { .. } | Paging::Windows { .. } => false,
        }
    }
}

/// Why a full page that does not say where the next one is may not be the last one, and what to do.
pub(in crate::sources) fn lacks_next(entries: usize, size: usize) -> String {
    let rows = if entries == 1 { "row" } else { "rows" };
    format!(
        "a full page does not say where the next one is: it has {entries} {rows}, and `page_size` is {size}. If more rows \
         follow, check `paging` and `next`, and whether a proxy removes the header `Link`. If the list ends here, set \
         `page_size` to more than {entries}, or set `total`"
    )
}

/// One of the readers.
#[derive(Debug)]
pub(in crate::sources) enum Reader {
    Offset(Offset),
    Cursor(Cursor),
    Link(Link),
}

impl Reader {
    /// A reader at the start of a list.
    pub(in crate::sources) fn of(paging: &Paging, size: usize) -> Self {
        match paging {
            Paging::Offset { parameter, counts, more } | Paging::Windows { parameter, counts, more } => {
                Self::Offset(Offset::new(parameter.clone(), *counts, more.clone(), size))
            }
            Paging::Cursor { parameter, token, last } => {
                Self::Cursor(Cursor::new(parameter.clone(), token.clone(), last.clone()))
            }
            Paging::Link(place) => Self::Link(Link::new(place.clone())),
        }
    }

    /// A reader that continues at a [`Reader::position`].
    pub(in crate::sources) fn going_on(self, position: &str) -> Self {
        match self {
            Self::Offset(it) => Self::Offset(it.going_on(position)),
            Self::Cursor(it) => Self::Cursor(it.after(position)),
            Self::Link(it) => Self::Link(it.after(position)),
        }
    }

    /// Whether the first row of the next page is the last row of the page before.
    pub(in crate::sources) fn overlaps(&self) -> bool {
        matches!(self, Self::Offset(it) if it.overlaps())
    }

    /// Where the next page is, as a text.
    pub(in crate::sources) fn position(&self) -> Option<String> {
        match self {
            Self::Offset(it) => Some(it.position()),
            Self::Cursor(it) => it.parameter().map(|(_, token)| token),
            Self::Link(it) => it.address().map(Url::to_string),
        }
    }

    /// The parameter of the next request.
    pub(in crate::sources) fn parameter(&self) -> Option<(&str, String)> {
        match self {
            Self::Offset(it) => Some(it.parameter()),
            Self::Cursor(it) => it.parameter(),
            Self::Link(_) => None,
        }
    }

    /// The address of the next request, where a reply named it.
    pub(in crate::sources) fn address(&self) -> Option<&Url> {
        match self {
            Self::Link(it) => it.address(),
            Self::Offset(_) | Self::Cursor(_) => None,
        }
    }

    /// Reads a reply; returns whether there is another page. `next_page` checks the address that a reply names.
    pub(in crate::sources) fn turn(
        &mut self,
        shown: &Shown<'_>,
        next_page: impl Fn(&Url, &str) -> Result<Url, QueryError>,
    ) -> Result<bool, QueryError> {
        match self {
            Self::Offset(it) => it.turn(shown),
            Self::Cursor(it) => it.turn(shown),
            Self::Link(it) => it.turn(shown, next_page),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sources::json::description::{Counts, Text, text};
    use crate::sources::json::place::Place;

    /// The next parameter after a reply, and whether there is one.
    fn turned(reader: &mut Reader, reply: &Value, entries: usize) -> Result<Option<String>, QueryError> {
        let url = Url::parse("https://api.example/list").expect("an address");
        let shown = Shown { reply, entries, link: None, url: &url };
        let goes_on = reader.turn(&shown, |from, named| Ok(from.join(named).expect("an address")))?;
        let next = reader.parameter().map(|(_, value)| value).or_else(|| reader.address().map(Url::to_string));
        Ok(next.filter(|_| goes_on))
    }

    fn offset(counts: Counts, more: Option<Place>) -> Reader {
        Reader::Offset(Offset::new(text("offset"), counts, more, 2))
    }

    #[test]
    fn a_full_page_without_a_next_one_is_refused_with_its_length_and_the_page_size() {
        let words = lacks_next(250, 100);
        assert!(words.contains("it has 250 rows, and `page_size` is 100"), "{words}");
        assert!(words.contains("set `page_size` to more than 250, or set `total`"), "{words}");
        // A longer cause is cut.
        assert!(lacks_next(10_000, 10_000).len() <= 300);
    }

    #[test]
    fn offsets_count_rows_or_pages_until_a_page_is_empty() {
        let reply = json!({});
        let mut rows = offset(Counts::Rows, None);
        assert_eq!(rows.parameter(), Some(("offset", "0".into())));
        assert!(!rows.overlaps());
        // Each further page begins with the last row of the page before.
        assert_eq!(turned(&mut rows, &reply, 2), Ok(Some("1".into())));
        assert!(rows.overlaps());
        // The service may hide entries of a page, or send fewer than it is asked for.
        assert_eq!(turned(&mut rows, &reply, 3), Ok(Some("3".into())));
        assert_eq!(turned(&mut rows, &reply, 1), Ok(None));
        let mut pages = offset(Counts::Pages(1), None);
        assert_eq!(pages.parameter(), Some(("offset", "1".into())));
        assert_eq!(turned(&mut pages, &reply, 2), Ok(Some("2".into())));
        let position = pages.position().expect("a position");
        let mut pages = offset(Counts::Pages(1), None).going_on(&position);
        assert_eq!(pages.parameter(), Some(("offset", "2".into())));
        assert_eq!(turned(&mut pages, &reply, 0), Ok(None));
    }

    #[test]
    fn offsets_end_where_the_reply_says_so_and_a_reply_that_promises_more_and_shows_none_is_an_error() {
        let more = || Some(Place::at("/more"));
        let mut rows = offset(Counts::Rows, more());
        assert_eq!(turned(&mut rows, &json!({"more": true}), 1), Ok(Some("1".into())), "a short page is not the last");
        assert_eq!(turned(&mut rows, &json!({"more": "https://next"}), 2), Ok(Some("2".into())));
        assert_eq!(turned(&mut rows, &json!({"more": null}), 2), Ok(None));
        assert_eq!(turned(&mut offset(Counts::Rows, more()), &json!({"more": false}), 2), Ok(None));
        assert_eq!(turned(&mut offset(Counts::Rows, more()), &json!({}), 2), Ok(Some("1".into())));
        assert!(turned(&mut offset(Counts::Rows, more()), &json!({"more": true}), 0).is_err());
    }

    #[test]
    fn a_cursor_is_taken_from_the_reply_and_one_that_repeats_is_an_error() {
        let name: Text = text("after");
        let mut reader = Reader::Cursor(Cursor::new(name, Place::at("/meta/after"), Some(Place::at("/last"))));
        assert_eq!(reader.parameter(), None);
        assert_eq!(turned(&mut reader, &json!({"meta": {"after": "a"}}), 0), Ok(Some("a".into())), "an empty page");
        assert_eq!(turned(&mut reader, &json!({"meta": {"after": 7}}), 2), Ok(Some("7".into())));
        assert!(turned(&mut reader, &json!({"meta": {"after": "7"}}), 2).is_err());
        for last in [json!({"meta": {"after": ""}}), json!({"meta": null}), json!({})] {
            assert_eq!(turned(&mut reader, &last, 2), Ok(None));
        }
        assert_eq!(turned(&mut reader, &json!({"last": true}), 2), Ok(None));
        assert!(
            turned(&mut reader, &json!({"last": false}), 2).is_err(),
            "more rows follow, and no next page is named"
        );
    }

    #[test]
    fn a_link_is_followed_from_the_body_or_from_the_header() {
        let mut body = Reader::Link(Link::new(Some(Place::at("/links/next"))));
        let next = turned(&mut body, &json!({"links": {"next": "/list?page=2"}}), 2);
        assert_eq!(next, Ok(Some("https://api.example/list?page=2".into())));
        assert_eq!(turned(&mut body, &json!({"links": {"next": null}}), 2), Ok(None));
        let url = Url::parse("https://api.example/list").expect("an address");
        let link = Url::parse("https://api.example/list?page=3").ok();
        let mut header = Link::new(None);
        let shown = Shown { reply: &json!([]), entries: 0, link: link.clone(), url: &url };
        assert_eq!(header.turn(&shown, |_, _| panic!("nothing is named")), Ok(true));
        assert_eq!(header.address(), link.as_ref());
        assert!(header.turn(&shown, |_, _| panic!("nothing is named")).is_err(), "the same address again");
    }
}
