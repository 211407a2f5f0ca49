//! Converts an entry of a list to an incident.

use serde_json::Value;

use super::description::{Custom, Description, Fields, Flag, Flags, LastEnd};
use super::instant;
use super::place::Place;
use crate::domain::event::Incident;
use crate::domain::time::Timestamp;
use crate::sources::incidents::flags;
use crate::sources::incidents::walk::Row;

/// The values that all rows of a source share.
#[derive(Debug)]
pub(super) struct Common<'a> {
    /// The name under which rows stand.
    pub(super) source: &'a str,
    /// The address of the API, without a slash at its end.
    pub(super) root: &'a str,
    pub(super) flags: &'a Flags,
    pub(super) observed_at: Timestamp,
}

/// Reads an entry; `None` if it has no creation time.
///
/// # Errors
/// The entry has no id, or an instant cannot be read.
pub(super) fn row(entry: &Value, it: &Description, common: &Common<'_>) -> Result<Option<Entry>, String> {
    let fields = &it.fields;
    let Some(made_at) = at(fields, std::slice::from_ref(&fields.made_at), entry)? else { return Ok(None) };
    let id = fields.id.text(entry).ok_or_else(|| format!("an incident has no id at {}", fields.id.as_str()))?;
    let status = status(fields, entry);
    let is_over = |status: &String| fields.over.iter().any(|over| over.eq_ignore_ascii_case(status));
    let end = match &status {
        Status::Read(status) if !fields.over.is_empty() && !status.as_ref().is_some_and(is_over) => OPEN,
        _ => end(fields, entry)?,
    };
    let status = match status {
        Status::Read(Some(status)) => {
            let renamed = fields.renamed.iter().find(|(theirs, _)| theirs.eq_ignore_ascii_case(&status));
            Some(renamed.map_or(status, |(_, ours)| (*ours).to_owned()))
        }
        Status::Read(None) => None,
        Status::Overruled(status) => Some(status.to_owned()),
    };
    let mut service_keys = Vec::new();
    for key in fields.services.iter().flat_map(|place| place.texts(entry)) {
        if !service_keys.contains(&key) {
            service_keys.push(key);
        }
    }
    let mut incident = Incident {
        source: common.source.to_owned(),
        title: fields.title.as_ref().and_then(|place| place.text(entry)),
        service_keys,
        priority: first(&fields.priority, entry),
        urgency: first(&fields.urgency, entry),
        status,
        opened_at: at(fields, &fields.opened_at, entry)?.unwrap_or(made_at),
        acknowledged_at: at(fields, &fields.acknowledged_at, entry)?,
        resolved_at: end.at,
        caused_by_deploy: None,
        deployment_ref: None,
        tags: fields.tags.iter().flat_map(|place| place.texts(entry)).collect(),
        url: url(&fields.url, entry, common.root),
        observed_at: common.observed_at,
        id,
    };
    flag(&mut incident, fields, common.flags, entry);
    Ok(Some(Entry { row: Row { made_at, incident }, end_is_unsure: end.is_unsure }))
}

/// An entry of a list as an incident.
pub(super) struct Entry {
    pub(super) row: Row,
    /// Whether the end may be wrong because the service does not show the whole history.
    pub(super) end_is_unsure: bool,
}

/// The end of an incident that is not over.
const OPEN: LastEnd = LastEnd { at: None, is_unsure: false };

enum Status {
    Read(Option<String>),
    Overruled(&'static str),
}

fn status(fields: &Fields, entry: &Value) -> Status {
    let overruled = fields.overruled.iter().find(|(place, wanted, _)| {
        place.text(entry).is_some_and(|found| *wanted == "*" || found.eq_ignore_ascii_case(wanted))
    });
    match overruled {
        Some((.., status)) => Status::Overruled(status),
        None => Status::Read(first(&fields.status, entry)),
    }
}

fn end(fields: &Fields, entry: &Value) -> Result<LastEnd, String> {
    match fields.last_end {
        Some(read) => read(entry),
        None => Ok(LastEnd { at: at(fields, &fields.resolved_at, entry)?, is_unsure: false }),
    }
}

fn first(places: &[Place], entry: &Value) -> Option<String> {
    places.iter().find_map(|place| place.text(entry))
}

fn at(fields: &Fields, places: &[Place], entry: &Value) -> Result<Option<Timestamp>, String> {
    for place in places {
        let Some(found) = place.first(entry) else { continue };
        let read = instant::read(found, fields.without_offset);
        if let Some(at) = read.map_err(|cause| format!("{} is {cause}", place.as_str()))? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The address of an incident's page; `None` if a part of it is missing.
fn url(template: &str, entry: &Value, root: &str) -> Option<String> {
    let (mut url, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        url.push_str(before);
        match name {
            "root" => url.push_str(root),
            place => url.push_str(&Place::read(place).ok()?.text(entry)?),
        }
        rest = after;
    }
    Some(url + rest).filter(|url| !url.is_empty())
}

/// Sets verdict and deployment reference.
fn flag(incident: &mut Incident, fields: &Fields, flags: &Flags, entry: &Value) {
    match &flags.caused_by_deploy {
        Flag::Tag(tag) => {
            let found = incident.tags.iter().any(|own| own.eq_ignore_ascii_case(tag));
            flags::verdict(incident, found.then_some(true), "tag");
        }
        Flag::CustomField(name) => {
            let value = custom(&fields.custom, name, entry);
            flags::verdict(incident, value.as_ref().and_then(flags::yes_or_no), "custom-field");
        }
    }
    if let Some(name) = &flags.deployment_ref {
        let value = custom(&fields.custom, name, entry);
        flags::reference(incident, value.as_ref().and_then(flags::text), "custom-field");
    }
}

/// The value of a custom field: the first entry of a list, the name of an option.
fn custom(custom: &Custom, name: &str, entry: &Value) -> Option<Value> {
    let found = match custom {
        Custom::Object(place) => place.first(entry)?.get(name)?,
        Custom::Places => Place::read(name).ok()?.first(entry)?,
        Custom::Entries(list, names, values) => {
            let entries = list.first(entry)?.as_array()?;
            let is_it = |entry: &&Value| {
                names.iter().any(|place| place.text(entry).is_some_and(|own| own.eq_ignore_ascii_case(name)))
            };
            let entry = entries.iter().find(is_it)?;
            values.iter().find_map(|place| place.first(entry))?
        }
    };
    Some(option(found))
}

/// The text of a custom field: the first of several values, the name of an option.
fn option(value: &Value) -> Value {
    match value {
        Value::Array(values) => values.iter().find(|value| !value.is_null()).map_or(Value::Null, option),
        Value::Object(fields) => {
            let name = ["value", "name", "display_value"].into_iter().find_map(|key| fields.get(key));
            name.cloned().unwrap_or_default()
        }
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sources::json::description::{One, Paging, Sorted, places, text};
    use crate::sources::json::instant::Instants;

    fn description(fields: Fields) -> Description {
        Description {
            is_configured: false,
            check: None,
            path: text("incidents"),
            query: Vec::new(),
            rows: Place::at("/incidents"),
            paging: Paging::Link(None),
            size: 10,
            sorted: Sorted::OldestFirst,
            orders: None,
            instants: Instants::Rfc3339,
            padding_ms: 0,
            longest_ms: None,
            total: None,
            one: None::<One>,
            fields,
        }
    }

    fn read(fields: Fields, flags: &Flags, entry: &Value) -> Result<Option<Incident>, String> {
        let root = "https://acme.example";
        let common = Common { source: "made-up", root, flags, observed_at: Timestamp(7) };
        Ok(row(entry, &description(fields), &common)?.map(|entry| entry.row.incident))
    }

    fn tag() -> Flags {
        Flags { caused_by_deploy: Flag::Tag("deploy".into()), deployment_ref: None }
    }

    const MADE: &str = "2026-07-01T09:00:00Z";

    #[test]
    fn an_incident_is_read_from_the_places_of_its_description() {
        let fields = Fields {
            opened_at: places(&["/impact", "/started_at"]),
            acknowledged_at: places(&["/acknowledged_at"]),
            priority: places(&["/severity/name", "/priority"]),
            tags: places(&["/tags"]),
            services: places(&["/services/name", "/services/id", "/team"]),
            url: text("{root}/incidents/{/id}?in={/team}"),
            ..Fields::default()
        };
        let entry = json!({
            "id": 12, "title": "Slow", "status": "resolved", "created_at": MADE, "started_at": "2026-07-01T08:30:00Z",
            "acknowledged_at": "2026-07-01T09:05:00Z", "resolved_at": "2026-07-01T10:00:00Z", "priority": "SEV2",
            "severity": null, "tags": [null, "Deploy"], "team": "ops",
            "services": [{"id": "S1", "name": "Web"}, null, {"id": "S2", "name": "Web"}],
        });
        let found = read(fields, &tag(), &entry).expect("read").expect("an incident");
        assert_eq!((found.id.as_str(), found.priority.as_deref()), ("12", Some("SEV2")));
        assert_eq!(found.opened_at.to_rfc3339(), "2026-07-01T08:30:00Z");
        assert_eq!(found.resolved_at.map(Timestamp::to_rfc3339).as_deref(), Some("2026-07-01T10:00:00Z"));
        assert_eq!(found.service_keys, ["Web", "S1", "S2", "ops"]);
        assert_eq!(found.url.as_deref(), Some("https://acme.example/incidents/12?in=ops"));
        assert_eq!(
            (found.caused_by_deploy, found.tags.last().map(String::as_str)),
            (Some(true), Some("caused-by-deploy:tag"))
        );
    }

    #[test]
    fn an_end_counts_only_in_a_status_that_is_over_and_the_last_one_counts() {
        let fields = || Fields {
            over: vec![text("done")],
            renamed: vec![(text("done"), "resolved")],
            overruled: vec![(Place::at("/copy_of"), "*", "merged"), (Place::at("/kind"), "test", "not_planned")],
            last_end: Some(|entry| {
                let found = Place::at("/again").first(entry).or_else(|| entry.get("resolved_at"));
                let at = found.map(|found| instant::read(found, false)).transpose()?.flatten();
                Ok(LastEnd { at, is_unsure: false })
            }),
            ..Fields::default()
        };
        let end = "2026-07-01T10:00:00Z";
        for (status, more, wanted) in [
            ("done", json!({}), ("resolved", Some(end))),
            ("Done", json!({"again": "2026-07-02T10:00:00Z"}), ("resolved", Some("2026-07-02T10:00:00Z"))),
            ("reopened", json!({}), ("reopened", None)),
            ("a new one", json!({}), ("a new one", None)),
            ("done", json!({"copy_of": "7"}), ("merged", Some(end))),
            ("open", json!({"kind": "Test"}), ("not_planned", Some(end))),
        ] {
            let mut entry = json!({"id": "1", "status": status, "created_at": MADE, "resolved_at": end});
            entry.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            let found = read(fields(), &tag(), &entry).expect("read").expect("an incident");
            let resolved = found.resolved_at.map(Timestamp::to_rfc3339);
            assert_eq!((found.status.as_deref(), resolved.as_deref()), (Some(wanted.0), wanted.1), "{entry}");
        }
    }

    #[test]
    fn verdict_and_reference_are_read_from_each_kind_of_custom_field() {
        let flags = |cause: &str, reference: &str| Flags {
            caused_by_deploy: Flag::CustomField(cause.into()),
            deployment_ref: Some(reference.into()),
        };
        let entry = json!({
            "id": "1", "created_at": MADE,
            "fields": {"cause": {"value": "Yes"}, "deployment": ["0a1b2c3d"]},
            "entries": [null, {"name": "Cause", "values": [{"option": {"value": "No"}}]}, {"name": "Sha", "values": [{"text": "77"}]}],
        });
        let entries = Custom::Entries(
            Place::at("/entries"),
            places(&["/name"]),
            places(&["/values/option/value", "/values/text"]),
        );
        for (custom, flags, wanted) in [
            (Custom::Object(Place::at("/fields")), flags("cause", "deployment"), (Some(true), Some("0a1b2c3d"))),
            (entries, flags("cause", "sha"), (Some(false), Some("77"))),
            (Custom::Places, flags("/fields/cause", "/entries/name=sha/values/text"), (Some(true), Some("77"))),
            (Custom::Places, flags("/none", "/none"), (None, None)),
        ] {
            let fields = Fields { custom, ..Fields::default() };
            let found = read(fields, &flags, &entry).expect("read").expect("an incident");
            assert_eq!((found.caused_by_deploy, found.deployment_ref.as_deref()), wanted, "{flags:?}");
        }
    }

    #[test]
    fn an_entry_without_a_date_is_skipped_and_one_that_cannot_be_read_is_an_error() {
        let flags = tag();
        let of = |entry: Value| read(Fields::default(), &flags, &entry).map(|found| found.map(|it| it.id));
        assert_eq!(of(json!({"id": "1", "created_at": null})), Ok(None));
        assert_eq!(of(json!({"id": "1"})), Ok(None));
        assert_eq!(of(json!("text")), Ok(None));
        assert!(of(json!({"created_at": MADE})).is_err_and(|words| words.contains("no id at /id")));
        let words = of(json!({"id": "1", "created_at": MADE, "resolved_at": "soon"})).expect_err("no instant");
        assert!(words.starts_with("/resolved_at is not an RFC 3339 instant"), "{words}");
    }
}
