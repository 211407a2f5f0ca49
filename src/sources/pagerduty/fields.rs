//! The data of an account besides its incidents: services, the order of its priorities, its custom fields; and the data
//! of one incident that need extra requests.

use std::collections::HashSet;

use serde_json::Value;

use super::{Field, PagerDuty, SERVICE, wire};
use crate::domain::event::Incident;
use crate::domain::time::Timestamp;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::incidents::{SourceError, flags};

const PAGE: usize = 100;
/// No list is shown further than this.
const DEEPEST: usize = 10_000;
/// A log is read no further than this, so that the requests of an incident are bounded.
const MOST_LOG_PAGES: usize = 20;
/// A window of the list of incidents is shorter than half a year.
const HALF_YEAR_MS: i64 = 180 * 86_400_000;
/// Reasons why a change event is said to be related, the most telling first.
const REASONS: [&str; 3] = ["intelligent", "related_service", "most_recent"];
/// Keys of custom details that name a deployment.
const KEYS: [&str; 7] = ["deployment_id", "deployment", "revision", "commit", "commit_sha", "sha", "build_sha"];

/// What is the same for all incidents of an account.
pub(super) struct Account {
    pub(super) services: Vec<wire::Reference>,
    /// Names of the priorities, most important first.
    pub(super) priorities: Vec<String>,
    /// Whether any custom field that is asked for exists: without it no incident is asked for its values.
    has_fields: bool,
    /// What is not shown to the key, and why.
    pub(super) missing: Vec<String>,
}

impl Account {
    pub(super) async fn read(api: &Api, pagerduty: &PagerDuty) -> Result<Self, SourceError> {
        let mut missing = Vec::new();
        let services = if pagerduty.services.is_empty() { first_service(api).await } else { services(api).await };
        let services = match QueryError::shown(services, SERVICE)? {
            // Then no incident is visible either, and an empty list would look like zero incidents.
            Ok(services) if services.is_empty() && !sees_an_incident(api, pagerduty).await? => {
                let cause = "the key is valid but sees no service; give it read access to services".to_owned();
                return Err(SourceError::Nothing { service: SERVICE, cause });
            }
            Ok(services) => services,
            Err(reason) if pagerduty.services.is_empty() => {
                missing.push(format!(
                    "services are not shown: {reason}; zero incidents may therefore mean missing access; give the key read access to \
                     services"
                ));
                Vec::new()
            }
            Err(reason) => return Err(SourceError::Nothing { service: SERVICE, cause: reason }),
        };
        let priorities: Result<wire::Priorities, _> = api.get(&["priorities"], &[]).await;
        let priorities = match QueryError::shown(priorities, SERVICE)? {
            Ok(list) => list.priorities,
            Err(reason) => {
                let lost = "priorities without a number in their name have no rank; check the plan and give the key read access to priorities";
                missing.push(format!("the order of priorities is not shown: {reason}; {lost}"));
                Vec::new()
            }
        };
        let wanted: Vec<&str> = [Some(&pagerduty.caused_by_deploy), pagerduty.deployment_ref.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(|field| if let Field::CustomField(name) = field { Some(name.as_str()) } else { None })
            .collect();
        let has_fields = !wanted.is_empty()
            && QueryError::shown(has_field(api, &wanted).await, SERVICE)?.unwrap_or_else(|reason| {
                let fields = wanted.join("`, `");
                missing.push(format!(
                    "custom fields are not shown: {reason}; `{fields}` is not read for any incident; check the plan and give the \
                     key read access to custom fields"
                ));
                false
            });
        let name = |one: wire::Reference| one.summary.or(one.name);
        Ok(Self { services, priorities: priorities.into_iter().filter_map(name).collect(), has_fields, missing })
    }

    /// Whether verdicts and references are read with requests per incident.
    pub(super) fn asks_each(&self, pagerduty: &PagerDuty) -> bool {
        self.has_fields || pagerduty.reads_notes() || pagerduty.change_events
    }

    /// How many requests an incident takes: one for each kind of thing that is read of it, the log in one page.
    pub(super) fn questions(&self, pagerduty: &PagerDuty) -> u64 {
        let asked = [self.has_fields, pagerduty.reads_notes(), pagerduty.change_events, pagerduty.acknowledgements];
        asked.into_iter().map(u64::from).sum()
    }

    /// How many pages a log may have beyond its first.
    #[expect(clippy::unused_self, reason = "beside the questions that it adds to")]
    pub(super) fn further_log_pages(&self, pagerduty: &PagerDuty) -> u64 {
        if pagerduty.acknowledgements { (MOST_LOG_PAGES - 1) as u64 } else { 0 }
    }

    /// A service by its id, or by its name.
    pub(super) fn service(&self, wanted: &str) -> Option<&wire::Reference> {
        let named = |one: &&wire::Reference| {
            [&one.summary, &one.name].into_iter().flatten().any(|name| name.eq_ignore_ascii_case(wanted))
        };
        self.services.iter().find(|one| one.id == wanted).or_else(|| self.services.iter().find(named))
    }

    /// Adds what questions about one incident bring.
    pub(super) async fn complete(
        &self,
        api: &Api,
        pagerduty: &PagerDuty,
        mut row: Incident,
    ) -> Result<Incident, QueryError> {
        let values = if self.has_fields {
            let path = ["incidents", row.id.as_str(), "custom_fields", "values"];
            let values: Result<wire::Values, _> = api.get(&path, &[]).await;
            QueryError::gone_is_none(values)?.map(|values| values.custom_fields).unwrap_or_default()
        } else {
            Vec::new()
        };
        let notes = if pagerduty.reads_notes() {
            let notes: Result<wire::Notes, _> = api.get(&["incidents", row.id.as_str(), "notes"], &[]).await;
            QueryError::gone_is_none(notes)?.map(|notes| notes.notes).unwrap_or_default()
        } else {
            Vec::new()
        };
        let value = |name: &str| {
            let own = values.iter().find(|value| is_called(name, &value.name, value.display_name.as_deref()));
            // PagerDuty's description wraps a value in an object, its replies do not.
            own.map(|own| own.value.get("value").unwrap_or(&own.value))
        };
        let title = row.title.clone().unwrap_or_default();
        match &pagerduty.caused_by_deploy {
            Field::CustomField(name) => {
                flags::verdict(&mut row, value(name).and_then(flags::yes_or_no), "custom-field");
            }
            Field::Title(pattern) => flags::verdict(&mut row, pattern.is_match(&title).then_some(true), "title"),
            Field::Note(pattern) => {
                let found = notes.iter().any(|note| pattern.is_match(&note.content));
                flags::verdict(&mut row, found.then_some(true), "note");
            }
        }
        let group = |pattern: &regex::Regex, text: &str| {
            pattern.captures(text).and_then(|found| found.get(1)).map(|found| found.as_str().to_owned())
        };
        match &pagerduty.deployment_ref {
            Some(Field::CustomField(name)) => {
                flags::reference(&mut row, value(name).and_then(flags::text), "custom-field");
            }
            Some(Field::Title(pattern)) => flags::reference(&mut row, group(pattern, &title), "title"),
            Some(Field::Note(pattern)) => {
                flags::reference(&mut row, notes.iter().find_map(|note| group(pattern, &note.content)), "note");
            }
            None => {}
        }
        if pagerduty.change_events && row.deployment_ref.is_none() {
            let path = ["incidents", row.id.as_str(), "related_change_events"];
            let events: Result<wire::ChangeEvents, _> = api.get(&path, &[]).await;
            let events = QueryError::gone_is_none(events)?.map(|list| list.change_events).unwrap_or_default();
            if let Some((reference, reason)) = named_by(&events) {
                flags::reference(&mut row, Some(reference), &format!("change-event:{reason}"));
            }
        }
        if pagerduty.acknowledgements && row.acknowledged_at.is_none() && row.status.as_deref() != Some("triggered") {
            row.acknowledged_at = acknowledged(api, &row.id).await?;
        }
        Ok(row)
    }
}

/// Whether incidents of any type have one of these custom fields.
async fn has_field(api: &Api, wanted: &[&str]) -> Result<bool, QueryError> {
    let types: Result<wire::IncidentTypes, _> = api.get(&["incidents", "types"], &[("filter", "all")]).await;
    let mut refused = None;
    let mut types: Vec<String> = match types {
        Ok(types) => types.incident_types.into_iter().map(|one| one.id).collect(),
        // Listing types needs its own permission; `incident_default` exists in every account.
        Err(error @ (QueryError::Denied(_) | QueryError::Gone(_))) => {
            refused = Some(error);
            vec!["incident_default".to_owned()]
        }
        Err(error) => return Err(error),
    };
    // An account without types has the fields under the address from before there were any.
    let is_older = types.is_empty() || refused.is_some();
    types.extend(is_older.then(String::new));
    for of in types {
        let path = ["incidents", "types", &of, "custom_fields"];
        let path = if of.is_empty() { &["incidents", "custom_fields"][..] } else { &path };
        let fields: Result<wire::Fields, _> = api.get(path, &[]).await;
        match fields {
            Ok(list) => {
                let is_wanted = |field: &wire::FieldName| {
                    wanted.iter().any(|name| is_called(name, &field.name, field.display_name.as_deref()))
                };
                if list.fields.iter().any(is_wanted) {
                    return Ok(true);
                }
            }
            Err(error @ (QueryError::Denied(_) | QueryError::Gone(_))) => refused = refused.or(Some(error)),
            Err(error) => return Err(error),
        }
    }
    refused.map_or(Ok(false), Err)
}

/// The instant of the first acknowledgement among an incident's log entries. They come newest first, so all are read.
async fn acknowledged(api: &Api, id: &str) -> Result<Option<Timestamp>, QueryError> {
    let (mut offset, mut first) = (0, None);
    for _ in 0..MOST_LOG_PAGES {
        let (limit, from) = (PAGE.to_string(), offset.to_string());
        let query = [("limit", limit.as_str()), ("offset", &from), ("time_zone", "UTC")];
        let entries: Result<wire::LogEntries, _> = api.get(&["incidents", id, "log_entries"], &query).await;
        let Some(page) = QueryError::gone_is_none(entries)? else { return Ok(first) };
        let shown = page.log_entries.rows.len() + page.log_entries.nulls;
        let acknowledged = page.log_entries.rows.iter().filter(|it| it.r#type.starts_with("acknowledge"));
        first = acknowledged.map(|entry| entry.created_at).filter(|at| !at.is_placeholder()).chain(first).min();
        offset += shown;
        if !page.more || shown == 0 {
            return Ok(first);
        }
    }
    let most = MOST_LOG_PAGES * PAGE;
    let words = format!("PagerDuty's log of incident {id} has more than {most} entries; set acknowledgements = false");
    Err(QueryError::Here(words))
}

/// Whether the key sees any incident of the last half year.
async fn sees_an_incident(api: &Api, pagerduty: &PagerDuty) -> Result<bool, SourceError> {
    let (since, until) = (Timestamp(pagerduty.plan.began.0 - HALF_YEAR_MS), pagerduty.plan.began);
    let (since, until) = (since.to_rfc3339(), until.to_rfc3339());
    let query = [("since", since.as_str()), ("until", &until), ("time_zone", "UTC"), ("limit", "1")];
    let page: Result<wire::Incidents, _> = api.get(&["incidents"], &query).await;
    Ok(QueryError::shown(page, SERVICE)?.is_ok_and(|page| !page.incidents.rows.is_empty()))
}

/// The first service, or none.
async fn first_service(api: &Api) -> Result<Vec<wire::Reference>, QueryError> {
    let page: wire::Services = api.get(&["services"], &[("limit", "1")]).await?;
    Ok(page.services.rows)
}

/// All services of an account.
pub(super) async fn services(api: &Api) -> Result<Vec<wire::Reference>, QueryError> {
    let mut services: Vec<wire::Reference> = Vec::new();
    let (mut known, mut offset) = (HashSet::new(), 0);
    while offset + PAGE <= DEEPEST {
        let (from, limit) = (offset.to_string(), PAGE.to_string());
        let query = [("limit", limit.as_str()), ("offset", &from), ("sort_by", "name")];
        let page: wire::Services = api.get(&["services"], &query).await?;
        let before = services.len();
        offset += page.services.rows.len() + page.services.nulls;
        services.extend(page.services.rows.into_iter().filter(|one| known.insert(one.id.clone())));
        if !page.more {
            return Ok(services);
        }
        if services.len() == before {
            let words = format!(
                "PagerDuty's list of services repeats itself at offset {offset}, so it has no end; run again later"
            );
            return Err(QueryError::Here(words));
        }
    }
    let words =
        format!("PagerDuty lists more than {DEEPEST} services and shows no more of them; name the services to read");
    Err(QueryError::Here(words))
}

/// A deployment that related change events name, and why the one that does is said to be related.
fn named_by(events: &[wire::ChangeEvent]) -> Option<(String, &str)> {
    let reason = |event: &'_ wire::ChangeEvent| {
        event.correlation_reason.as_ref().and_then(|reason| reason.reason.clone()).unwrap_or_default()
    };
    let rank =
        |event: &&wire::ChangeEvent| REASONS.iter().position(|known| *known == reason(event)).unwrap_or(REASONS.len());
    let mut sorted: Vec<&wire::ChangeEvent> = events.iter().collect();
    sorted.sort_by_key(rank);
    sorted.into_iter().find_map(|event| {
        let why = REASONS.iter().find(|known| **known == reason(event)).copied().unwrap_or("unknown");
        Some((reference(event)?, why))
    })
}

/// The deployment or revision that a change event carries: a detail of that name, else a whole sha anywhere in it.
fn reference(event: &wire::ChangeEvent) -> Option<String> {
    if let Some(Value::Object(details)) = &event.custom_details {
        let named = KEYS.iter().find_map(|key| details.iter().find(|(own, _)| own.eq_ignore_ascii_case(key)));
        if let Some(found) = named.and_then(|(_, value)| flags::text(value)) {
            return Some(found);
        }
    }
    let links = event.links.iter().flatten().flat_map(|link| [link.href.clone(), link.text.clone()]).flatten();
    let details = event.custom_details.as_ref().map(ToString::to_string);
    links.chain(details).find_map(|text| whole_sha(&text))
}

/// The first run of 40 hexadecimal digits of a text.
fn whole_sha(text: &str) -> Option<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words
        .into_iter()
        .find(|word| word.len() == 40 && word.chars().all(|it| it.is_ascii_hexdigit()))
        .map(str::to_lowercase)
}

fn is_called(wanted: &str, name: &str, display_name: Option<&str>) -> bool {
    name.eq_ignore_ascii_case(wanted) || display_name.is_some_and(|name| name.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(value: Value) -> wire::ChangeEvent {
        serde_json::from_value(value).expect("a change event")
    }

    #[test]
    fn a_change_event_names_a_deployment_in_its_details_or_a_sha_in_its_links() {
        let sha = "AbCdEf0123".repeat(4);
        let by = |reason: &str, rest: Value| {
            let mut value = json!({"correlation_reason": {"reason": reason}});
            value.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
            event(value)
        };
        let recent = by("most_recent", json!({"custom_details": {"revision": "1234567"}}));
        let link = by("related_service", json!({"links": [{"href": format!("https://x/commit/{sha}?y")}]}));
        let empty = by("intelligent", json!({"custom_details": {"build": 7}, "links": null}));
        assert_eq!(named_by(&[recent, link, empty]), Some((sha.to_lowercase(), "related_service")));
        let id = by("intelligent", json!({"custom_details": {"Deployment_Id": 3_881_429_895_u64}}));
        assert_eq!(named_by(&[id]), Some(("3881429895".into(), "intelligent")));
        assert_eq!(named_by(&[event(json!({"links": [{"text": "deadbeef"}]}))]), None);
    }
}
