//! What a provider says about its JSON API: where incidents are listed, how the list is paged through, and where in a
//! reply each field of an incident stands.

use std::borrow::Cow;

use super::instant::Instants;
use super::place::Place;

/// A text that the program or the configuration names.
pub(in crate::sources) type Text = Cow<'static, str>;

/// How the incidents of a service are read.
///
/// Texts of requests are templates: `{from}` and `{to}` are the ends of the span, `{order}` is the word for the order,
/// `{size}` the size of a page, and `{id}` an incident.
#[derive(Debug, Clone)]
pub(in crate::sources) struct Description {
    /// An address that no one without an account is shown, asked first where the list is shown to anybody, and empty.
    pub(in crate::sources) check: Option<Text>,
    /// Where the list is, below the address of the API.
    pub(in crate::sources) path: Text,
    /// The parameters of every request of the list.
    pub(in crate::sources) query: Vec<(Text, Text)>,
    /// Where the entries stand in a reply.
    pub(in crate::sources) rows: Place,
    /// How the list goes on.
    pub(in crate::sources) paging: Paging,
    /// Rows of a page.
    pub(in crate::sources) size: usize,
    /// In which order the list comes, by the instant at which the service made the incidents.
    pub(in crate::sources) sorted: Sorted,
    /// The words for the order: oldest and newest first.
    pub(in crate::sources) orders: Option<[Text; 2]>,
    /// How instants are written in questions.
    pub(in crate::sources) instants: Instants,
    /// How much longer than a span its question is, at both ends, because the service reads instants in a time zone that
    /// it does not tell.
    pub(in crate::sources) padding_ms: i64,
    /// The longest span that is asked for at once. A list that is not sorted from the oldest on can only be resumed
    /// between two spans.
    pub(in crate::sources) longest_ms: Option<i64>,
    /// Where a reply says how many incidents the whole list has.
    pub(in crate::sources) total: Option<Place>,
    /// How one incident is asked for. Without it, every run reads the whole history.
    pub(in crate::sources) one: Option<One>,
    /// Where the fields stand.
    pub(in crate::sources) fields: Fields,
}

/// How one incident is asked for.
#[derive(Debug, Clone)]
pub(in crate::sources) struct One {
    /// Where it is, below the address of the API.
    pub(in crate::sources) path: Text,
    /// The parameters.
    pub(in crate::sources) query: Vec<(Text, Text)>,
    /// Where it stands in the reply.
    pub(in crate::sources) row: Place,
}

/// How a list goes on.
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
    /// By something that the page before says.
    Cursor {
        /// The parameter.
        parameter: Text,
        /// Where the reply has it; nothing at the end.
        token: Place,
    },
    /// By the address of the next page: at this place, else in the header `Link`.
    Link(Option<Place>),
    /// By spans of time, sorted from the oldest on, with offsets among the incidents of one span.
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
    /// From the oldest incident on.
    OldestFirst,
    /// From the newest incident on.
    NewestFirst,
    /// In an order that the service does not tell.
    Unknown,
}

/// Where in an entry each field of an incident stands. Of several places, the first one that has something counts.
#[derive(Debug, Clone)]
pub(in crate::sources) struct Fields {
    pub(in crate::sources) id: Place,
    pub(in crate::sources) title: Option<Place>,
    pub(in crate::sources) status: Vec<Place>,
    /// The statuses in which an incident is over. None: it is over when it has an end.
    pub(in crate::sources) over: Vec<Text>,
    /// What the program calls a status of the service.
    pub(in crate::sources) renamed: Vec<(Text, &'static str)>,
    /// Places that decide on the status before it is read: with this text, or with any where it is `*`, the status is the
    /// last.
    pub(in crate::sources) overruled: Vec<(Place, &'static str, &'static str)>,
    /// When the service made it; by this the list is sorted and filtered.
    pub(in crate::sources) made_at: Place,
    pub(in crate::sources) opened_at: Vec<Place>,
    pub(in crate::sources) acknowledged_at: Vec<Place>,
    pub(in crate::sources) resolved_at: Vec<Place>,
    /// When it was over for the last time, where a service keeps its first end beside that.
    pub(in crate::sources) over_again_at: Option<Place>,
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

/// Where custom fields stand.
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
            over_again_at: None,
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
