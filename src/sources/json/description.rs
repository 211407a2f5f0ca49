//! The description of a JSON API: the address of the list of incidents, its pagination, and the place of each field of
//! an incident in a reply.

use std::borrow::Cow;

use serde_json::Value;

use super::instant::Instants;
use super::place::Place;
use crate::domain::time::Timestamp;

/// A text that the program or the configuration names.
pub(in crate::sources) type Text = Cow<'static, str>;

/// How the incidents of a service are read.
///
/// Texts of requests are templates: `{from}` and `{to}` are the ends of the span, `{order}` is the word for the order,
/// `{size}` the size of a page, and `{id}` an incident.
#[derive(Debug, Clone)]
pub(in crate::sources) struct Description {
    /// Whether the description comes from the configuration, so that a path or a place may be wrong.
    pub(in crate::sources) is_configured: bool,
    /// An address that needs a valid key. It is requested first if the service answers a wrong key with an empty list.
    pub(in crate::sources) check: Option<Text>,
    /// Where the list is, below the address of the API.
    pub(in crate::sources) path: Text,
    /// The parameters of every request of the list.
    pub(in crate::sources) query: Vec<(Text, Text)>,
    /// The place of the entries in a reply.
    pub(in crate::sources) rows: Place,
    /// The pagination of the list.
    pub(in crate::sources) paging: Paging,
    /// Rows of a page.
    pub(in crate::sources) size: usize,
    /// The order of the list by the creation time of the incidents.
    pub(in crate::sources) sorted: Sorted,
    /// The words for the order: oldest and newest first.
    pub(in crate::sources) orders: Option<[Text; 2]>,
    /// The format of instants in requests.
    pub(in crate::sources) instants: Instants,
    /// How much each request extends a span at both ends, because the time zone of the service is unknown.
    pub(in crate::sources) padding_ms: i64,
    /// The longest span of one list. A list that is not sorted oldest first can be resumed only between two spans.
    pub(in crate::sources) longest_ms: Option<i64>,
    /// Where a reply says how many incidents the whole list has.
    pub(in crate::sources) total: Option<Place>,
    /// How one incident is asked for. Without it, every run reads the whole history.
    pub(in crate::sources) one: Option<One>,
    /// The places of the fields.
    pub(in crate::sources) fields: Fields,
}

/// How one incident is asked for.
#[derive(Debug, Clone)]
pub(in crate::sources) struct One {
    /// Where it is, below the address of the API.
    pub(in crate::sources) path: Text,
    /// The parameters.
    pub(in crate::sources) query: Vec<(Text, Text)>,
    /// The place of the incident in the reply.
    pub(in crate::sources) row: Place,
}

/// The pagination of a list.
#[derive(Debug, Clone)]
pub(in crate::sources) enum Paging {
    /// By the number of rows or pages before the one that is asked for.
    Offset {
        /// The parameter.
        parameter: Text,
        /// What it counts.
        counts: Counts,
        /// Where a reply says whether there are more; else a page with fewer entries than an earlier one is the last.
        more: Option<Place>,
    },
    /// By a token in the previous page.
    Cursor {
        /// The parameter.
        parameter: Text,
        /// The place of the token; empty at the end.
        token: Place,
        /// Where a reply says whether it is the last page.
        last: Option<Place>,
    },
    /// By the address of the next page: at this place, else in the header `Link`.
    Link(Option<Place>),
    /// By time spans, sorted oldest first, with offsets within a span.
    Windows {
        /// The parameter of the offset.
        parameter: Text,
        /// What it counts.
        counts: Counts,
        /// Where a reply says whether there are more; else only an empty page is the last one.
        more: Option<Place>,
    },
}

/// What the parameter of an offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Counts {
    /// Rows, from 0.
    Rows,
    /// Pages, from this number.
    Pages(usize),
}

/// How a list is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) enum Sorted {
    /// Oldest incident first.
    OldestFirst,
    /// Newest incident first.
    NewestFirst,
    /// In an unknown order.
    Unknown,
}

impl Sorted {
    /// Whether a page of a list that is sorted so contradicts it, by the instants of its first and its last row.
    pub(in crate::sources) fn is_contradicted(self, first: Option<Timestamp>, last: Option<Timestamp>) -> bool {
        match self {
            Self::OldestFirst => first > last,
            Self::NewestFirst => first < last,
            Self::Unknown => false,
        }
    }
}

/// The place of each field of an incident in an entry. Of several places, the first one with a value counts.
#[derive(Debug, Clone)]
pub(in crate::sources) struct Fields {
    pub(in crate::sources) id: Place,
    pub(in crate::sources) title: Option<Place>,
    pub(in crate::sources) status: Vec<Place>,
    /// The statuses of incidents that are over. Empty: an incident is over if it has an end.
    pub(in crate::sources) over: Vec<Text>,
    /// What the program calls a status of the service.
    pub(in crate::sources) renamed: Vec<(Text, &'static str)>,
    /// Values that override the status: if the place has this text, or any text for `*`, the status is the third entry.
    pub(in crate::sources) overruled: Vec<(Place, &'static str, &'static str)>,
    /// The creation time of the incident. The list is sorted and filtered by it.
    pub(in crate::sources) made_at: Place,
    pub(in crate::sources) opened_at: Vec<Place>,
    pub(in crate::sources) acknowledged_at: Vec<Place>,
    pub(in crate::sources) resolved_at: Vec<Place>,
    /// Replaces [`Fields::resolved_at`] if the last end is not at a single place of an entry.
    pub(in crate::sources) last_end: Option<ReadLastEnd>,
    /// Whether instants without an offset are in UTC.
    pub(in crate::sources) without_offset: bool,
    pub(in crate::sources) priority: Vec<Place>,
    pub(in crate::sources) urgency: Vec<Place>,
    pub(in crate::sources) tags: Vec<Place>,
    /// Every id and name of its services and teams.
    pub(in crate::sources) services: Vec<Place>,
    /// The address of its page: `{root}` is the address of the API, and a place in braces what stands there.
    pub(in crate::sources) url: Text,
    pub(in crate::sources) custom: Custom,
}

/// Reads the last end of an incident from its entry.
pub(in crate::sources) type ReadLastEnd = fn(&Value) -> Result<LastEnd, String>;

/// The last end of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sources) struct LastEnd {
    pub(in crate::sources) at: Option<Timestamp>,
    /// Whether the end may be wrong because the service does not show the whole history.
    pub(in crate::sources) is_unsure: bool,
}

/// The places of custom fields.
#[derive(Debug, Clone)]
pub(in crate::sources) enum Custom {
    /// As fields of the object at this place.
    Object(Place),
    /// As entries of a list: where the list is, and in an entry the places of its name and of its value.
    Entries(Place, Vec<Place>, Vec<Place>),
    /// The name of a custom field is itself a place.
    Places,
}

/// What says which deployment caused an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sources) struct Flags {
    /// What says that one did.
    pub(in crate::sources) caused_by_deploy: Flag,
    /// The custom field that names it.
    pub(in crate::sources) deployment_ref: Option<String>,
}

/// What says that a deployment caused an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sources) enum Flag {
    /// This tag says yes.
    Tag(String),
    /// The custom field of this name says yes or no.
    CustomField(String),
}

impl Flags {
    /// The custom fields that are read.
    pub(in crate::sources) fn custom_fields(&self) -> impl Iterator<Item = &str> {
        let cause = match &self.caused_by_deploy {
            Flag::CustomField(name) => Some(name.as_str()),
            Flag::Tag(_) => None,
        };
        cause.into_iter().chain(self.deployment_ref.as_deref())
    }
}

/// A text that the program names.
pub(in crate::sources) const fn text(text: &'static str) -> Text {
    Cow::Borrowed(text)
}

/// Places that the program names.
pub(in crate::sources) fn places(pointers: &[&'static str]) -> Vec<Place> {
    pointers.iter().map(|pointer| Place::at(pointer)).collect()
}

/// Parameters that the program names.
pub(in crate::sources) fn parameters(pairs: &[(&'static str, &'static str)]) -> Vec<(Text, Text)> {
    pairs.iter().map(|(name, value)| (text(name), text(value))).collect()
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            id: Place::at("/id"),
            title: Some(Place::at("/title")),
            status: places(&["/status"]),
            over: Vec::new(),
            renamed: Vec::new(),
            overruled: Vec::new(),
            made_at: Place::at("/created_at"),
            opened_at: Vec::new(),
            acknowledged_at: Vec::new(),
            resolved_at: places(&["/resolved_at"]),
            last_end: None,
            without_offset: false,
            priority: Vec::new(),
            urgency: Vec::new(),
            tags: Vec::new(),
            services: Vec::new(),
            url: text(""),
            custom: Custom::Places,
        }
    }
}
