//! The list of incidents of a described service: one request and what it shows.

use serde_json::Value;
use url::Url;

use super::described::Described;
use super::description::{Paging, Sorted, Text};
use super::fields::{self, Common, Entry};
use super::place::Place;
use super::reader::{Reader, Shown, lacks_next};
use crate::domain::event::Incident;
use crate::domain::time::{Span, Timestamp};
use crate::domain::words::within_a_message;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::walk::{Order, Questions, Row};

/// The maximum number of entries of a page.
const LONGEST: usize = 10_000;

/// The list.
pub(super) struct Listing<'a> {
    pub(super) api: &'a Api,
    pub(super) it: &'a Described,
}

/// One page of the list.
pub(super) struct Turned {
    /// All incidents of the page, also outside the span.
    pub(super) rows: Vec<Row>,
    /// Number of entries that are null or have no creation time.
    pub(super) skipped: usize,
    /// Whether there is another page.
    pub(super) more: bool,
    /// Number of incidents whose end may be wrong because the service does not show the whole history.
    pub(super) unsure: usize,
    /// The number of incidents of the whole list, if the reply contains it.
    pub(super) total: Option<u64>,
    /// Whether the page has as many entries as were asked for.
    pub(super) is_full: bool,
    /// Whether the first entry should be the last entry of the page before.
    pub(super) overlaps: bool,
}

impl Listing<'_> {
    /// Checks that the key belongs to an account, if the list is also shown without a valid key.
    pub(super) async fn check(&self) -> Result<(), QueryError> {
        let Some(path) = &self.it.description.check else { return Ok(()) };
        match self.api.get::<Value>(&segments(path), &[]).await {
            // A key that is refused here with 403 or 404 still belongs to an account.
            Ok(_) | Err(QueryError::Denied(_) | QueryError::Gone(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Requests the current page of a reader, and moves the reader to the next page.
    pub(super) async fn turn(&self, span: Span, order: Order, reader: &mut Reader) -> Result<Turned, QueryError> {
        let described = &self.it.description;
        let url = reader.address().cloned().unwrap_or_else(|| self.address(span, order, reader));
        let (reply, link): (Value, Option<Url>) = self.api.get_page(&url).await?;
        let entries = entries(&reply, &described.rows).map_err(|cause| self.strange(&cause))?;
        let lacks = ("incident", "creation time");
        let rows = rows(entries, &described.fields.made_at, lacks, |entry| self.row(entry));
        let rows = rows.map_err(|cause| self.strange(&cause))?;
        let unsure = rows.iter().filter(|entry| entry.end_is_unsure).count();
        let rows: Vec<Row> = rows.into_iter().map(|entry| entry.row).collect();
        let total = described.total.as_ref().and_then(|place| place.text(&reply)?.parse().ok());
        let skipped = entries.len() - rows.len();
        let is_full = entries.len() >= described.size;
        // A skipped entry does not show whether rows have moved.
        let is_row = |entry: &Value| matches!(self.row(entry), Ok(Some(_)));
        let overlaps = reader.overlaps() && entries.first().is_none_or(is_row);
        let shown = Shown { reply: &reply, entries: entries.len(), link, url: &url };
        // If only the header `Link` is missing, `may_go_on` in `pages` decides what to do.
        let may_lack = described.is_configured && total.is_none() && !matches!(described.paging, Paging::Link(None));
        if may_lack && is_full && reader.position().is_none() && shown.lacks_next(&described.paging) {
            return Err(self.strange(&lacks_next(entries.len(), described.size)));
        }
        let more = reader.turn(&shown, |from, named| self.api.next_page(from, named))?;
        Ok(Turned { rows, skipped, more, unsure, total, is_full, overlaps })
    }

    /// Reads an entry; `None` if it has no creation time.
    fn row(&self, entry: &Value) -> Result<Option<Entry>, String> {
        let common = Common {
            source: &self.it.source,
            root: self.it.plan.api_url.as_str().trim_end_matches('/'),
            flags: &self.it.flags,
            observed_at: self.it.plan.began,
        };
        fields::row(entry, &self.it.description, &common)
    }

    fn strange(&self, cause: &str) -> QueryError {
        strange(self.it.dialect.service, cause)
    }

    fn address(&self, span: Span, order: Order, reader: &Reader) -> Url {
        let described = &self.it.description;
        let (padding, form) = (described.padding_ms, described.instants);
        let from = form.floor(Timestamp(span.from.0.saturating_sub(padding)));
        let to = form.ceil(Timestamp(span.to.0.saturating_add(padding)));
        let [oldest, newest] = described.orders.as_ref().map_or(["", ""], |[oldest, newest]| [oldest, newest]);
        let word = if order == Order::OldestFirst { oldest } else { newest };
        let size = described.size.to_string();
        let values = [("{from}", from.as_str()), ("{to}", &to), ("{order}", word), ("{size}", &size)];
        let filled = |(name, value): &(Text, Text)| (name.clone().into_owned(), fill(value, &values));
        let mut query: Vec<(String, String)> = described.query.iter().map(filled).collect();
        query.extend(reader.parameter().map(|(name, value)| (name.to_owned(), value)));
        let query: Vec<(&str, &str)> = query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.api.address(&segments(&described.path), &query)
    }

    /// Whether the service can sort the list newest first.
    pub(super) fn shows_newest_first(&self) -> bool {
        self.it.description.orders.is_some() || self.it.description.sorted == Sorted::NewestFirst
    }
}

/// The entries of a list at a place. A null list is empty. A missing list is an error, because a misspelt place would
/// otherwise be read as an empty list.
pub(in crate::sources) fn entries<'v>(reply: &'v Value, place: &Place) -> Result<&'v [Value], String> {
    match reply.pointer(place.pointer()).or_else(|| place.first(reply)) {
        Some(Value::Array(entries)) if entries.len() <= LONGEST => Ok(entries.as_slice()),
        Some(Value::Null) => Ok(&[]),
        Some(Value::Array(_)) => Err(format!("a list has more than {LONGEST} entries")),
        _ => Err(format!("there is no list at {}", place.as_str())),
    }
}

/// The entries that have an instant at `made_at`, as rows. If none of them has anything there, the place is wrong, and the
/// error says what every entry `lacks`: what an entry is, and what stands there.
pub(in crate::sources) fn rows<T>(
    entries: &[Value],
    made_at: &Place,
    lacks: (&str, &str),
    row: impl Fn(&Value) -> Result<Option<T>, String>,
) -> Result<Vec<T>, String> {
    let there = || entries.iter().filter(|entry| !entry.is_null());
    let mut rows = Vec::new();
    for entry in there() {
        rows.extend(row(entry)?);
    }
    if rows.is_empty() && there().count() > 0 && there().all(|entry| made_at.is_absent(entry)) {
        let (entry, instant) = lacks;
        return Err(format!("no {entry} has anything at {}, the place of its {instant}", made_at.as_str()));
    }
    Ok(rows)
}

/// The error of a reply that does not have the expected form.
pub(in crate::sources) fn strange(service: &str, cause: &str) -> QueryError {
    let cause: String = cause.chars().take(300).collect();
    QueryError::Here(format!("the reply of {service} does not have the expected form: {cause}"))
}

pub(in crate::sources) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(name, value))
}

pub(in crate::sources) fn segments(path: &str) -> Vec<&str> {
    path.trim_start_matches('/').split('/').collect()
}

impl Questions for Listing<'_> {
    async fn lookup(&self, id: &str) -> Result<Option<Incident>, QueryError> {
        let Some(one) = &self.it.description.one else {
            // Without the path of one incident, each run reads everything, and a missing incident is kept unchanged.
            return Err(QueryError::Denied("the service cannot show a single incident".into()));
        };
        let path: Vec<String> = segments(&one.path).into_iter().map(|part| part.replace("{id}", id)).collect();
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let query: Vec<(&str, &str)> = one.query.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        let found = self.api.get::<Value>(&path, &query).await;
        let Some(reply) = QueryError::gone_is_none(found)? else { return Ok(None) };
        let Some(entry) = one.row.first(&reply) else { return Ok(None) };
        let row = self.row(entry).map_err(|cause| self.strange(&cause))?;
        let Some(incident) = row.map(|entry| entry.row.incident) else { return Ok(None) };
        if incident.id != id {
            let [asked, found] = [id, &incident.id].map(within_a_message);
            return Err(
                self.strange(&format!("the incident {asked} was asked for, and the reply has the incident {found}"))
            );
        }
        Ok(Some(incident))
    }

    fn may_ask_wrongly(&self) -> bool {
        self.it.description.is_configured
    }

    fn asks_each(&self) -> bool {
        false
    }

    fn questions(&self) -> u64 {
        0
    }

    fn reads_references(&self) -> bool {
        self.it.flags.deployment_ref.is_some()
    }

    async fn complete(&self, incident: Incident) -> Result<Incident, QueryError> {
        Ok(incident)
    }
}
