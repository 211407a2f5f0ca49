//! PagerDuty's JSON. Whatever may be absent is optional; unknown states and kinds are kept as text.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::{Listed, maybe_without_nulls, without_nulls};
use crate::sources::instants::{instant_or_zero, maybe_instant};

#[derive(Debug, Deserialize)]
pub(super) struct Incidents {
    pub(super) incidents: Listed<Incident>,
    #[serde(default)]
    pub(super) more: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct IncidentReply {
    pub(super) incident: Incident,
}

#[derive(Debug, Deserialize)]
pub(super) struct Incident {
    pub(super) id: String,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) summary: Option<String>,
    pub(super) status: String,
    #[serde(default)]
    pub(super) urgency: Option<String>,
    #[serde(default)]
    pub(super) priority: Option<Reference>,
    #[serde(deserialize_with = "instant_or_zero")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) resolved_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) last_status_change_at: Option<Timestamp>,
    #[serde(default)]
    pub(super) service: Option<Reference>,
    #[serde(default, deserialize_with = "maybe_without_nulls")]
    pub(super) teams: Option<Vec<Reference>>,
    #[serde(default, deserialize_with = "maybe_without_nulls")]
    pub(super) acknowledgements: Option<Vec<Acknowledgement>>,
    #[serde(default)]
    pub(super) resolve_reason: Option<Reason>,
    #[serde(default)]
    pub(super) html_url: Option<String>,
}

/// Something with an id and a name.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reference {
    pub(super) id: String,
    #[serde(default)]
    pub(super) summary: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Acknowledgement {
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Reason {
    #[serde(default)]
    pub(super) r#type: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Services {
    pub(super) services: Listed<Reference>,
    #[serde(default)]
    pub(super) more: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Priorities {
    #[serde(deserialize_with = "without_nulls")]
    pub(super) priorities: Vec<Reference>,
}

/// The kinds of incidents that an account has; each has custom fields of its own.
#[derive(Debug, Deserialize)]
pub(super) struct IncidentTypes {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) incident_types: Vec<Reference>,
}

/// The fields that incidents of one type have; their names are those of the values.
#[derive(Debug, Deserialize)]
pub(super) struct Fields {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) fields: Vec<FieldName>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FieldName {
    pub(super) name: String,
    #[serde(default)]
    pub(super) display_name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Values {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) custom_fields: Vec<FieldValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct FieldValue {
    pub(super) name: String,
    #[serde(default)]
    pub(super) display_name: Option<String>,
    #[serde(default)]
    pub(super) value: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct Notes {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) notes: Vec<Note>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Note {
    #[serde(default)]
    pub(super) content: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangeEvents {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) change_events: Vec<ChangeEvent>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ChangeEvent {
    #[serde(default, deserialize_with = "maybe_without_nulls")]
    pub(super) links: Option<Vec<Link>>,
    #[serde(default)]
    pub(super) custom_details: Option<Value>,
    #[serde(default)]
    pub(super) correlation_reason: Option<Correlation>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    pub(super) href: Option<String>,
    #[serde(default)]
    pub(super) text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Correlation {
    #[serde(default)]
    pub(super) reason: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct LogEntries {
    pub(super) log_entries: Listed<LogEntry>,
    #[serde(default)]
    pub(super) more: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct LogEntry {
    pub(super) r#type: String,
    #[serde(deserialize_with = "instant_or_zero")]
    pub(super) created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sources::described::reads_what_is_described as described;

    #[test]
    fn every_field_that_is_read_is_one_that_pagerduty_describes() {
        const LIST: &str = "GET /incidents";
        const ONE: &str = "GET /incidents/{id}";
        const CHANGES: &str = "GET /incidents/{id}/related_change_events";
        const FIELDS: &str = "GET /incidents/types/{type_id_or_name}/custom_fields";
        const VALUES: &str = "GET /incidents/{id}/custom_fields/values";
        const LOG: &str = "GET /incidents/{id}/log_entries";
        described::<Incidents>(&[(LIST, "")]);
        described::<IncidentReply>(&[(ONE, "")]);
        described::<Incident>(&[(LIST, "incidents[]")]);
        described::<Incident>(&[(ONE, "incident")]);
        described::<Reference>(&[("GET /services", "services[]")]);
        described::<Reference>(&[("GET /priorities", "priorities[]")]);
        described::<Acknowledgement>(&[(LIST, "incidents[].acknowledgements[]")]);
        described::<Reason>(&[(LIST, "incidents[].resolve_reason")]);
        described::<Services>(&[("GET /services", "")]);
        described::<Priorities>(&[("GET /priorities", "")]);
        described::<IncidentTypes>(&[("GET /incidents/types", "")]);
        described::<Fields>(&[(FIELDS, "")]);
        described::<FieldName>(&[(FIELDS, "fields[]")]);
        described::<Values>(&[(VALUES, "")]);
        described::<FieldValue>(&[(VALUES, "custom_fields[]")]);
        described::<Notes>(&[("GET /incidents/{id}/notes", "")]);
        described::<Note>(&[("GET /incidents/{id}/notes", "notes[]")]);
        described::<ChangeEvents>(&[(CHANGES, "")]);
        described::<ChangeEvent>(&[(CHANGES, "change_events[]")]);
        described::<Link>(&[(CHANGES, "change_events[].links[]")]);
        described::<Correlation>(&[(CHANGES, "change_events[].correlation_reason")]);
        described::<LogEntries>(&[(LOG, "")]);
        described::<LogEntry>(&[(LOG, "log_entries[]")]);
    }

    #[test]
    fn a_null_in_any_list_costs_nothing_else() {
        fn read<T: for<'de> Deserialize<'de>>(value: Value) -> T {
            serde_json::from_value(value).expect("a reply")
        }
        let named = json!({"id": "P", "summary": "Web"});
        let incident = json!({"id": "Q", "status": "resolved", "created_at": "2026-01-01T00:00:00Z",
            "teams": [null, named], "acknowledgements": [null, {"at": "2026-01-01T00:01:00Z"}]});
        let list: Incidents = read(json!({"incidents": [null, incident]}));
        let incident = list.incidents.rows.first().expect("an incident");
        let counts = (incident.teams.as_ref().map(Vec::len), incident.acknowledgements.as_ref().map(Vec::len));
        assert_eq!((list.incidents.nulls, counts), (1, (Some(1), Some(1))));
        let bare = json!({"id": "Q", "status": "triggered", "created_at": "2026-01-01T00:00:00Z", "teams": null,
            "acknowledgements": null});
        assert!(read::<IncidentReply>(json!({"incident": bare})).incident.teams.is_none());
        assert_eq!(read::<Services>(json!({"services": [null, named]})).services.rows.len(), 1);
        assert_eq!(read::<Priorities>(json!({"priorities": [null, named]})).priorities.len(), 1);
        assert_eq!(read::<IncidentTypes>(json!({"incident_types": [null, named]})).incident_types.len(), 1);
        assert_eq!(read::<Fields>(json!({"fields": [null, {"name": "x"}]})).fields.len(), 1);
        assert_eq!(read::<Values>(json!({"custom_fields": [null, {"name": "x"}]})).custom_fields.len(), 1);
        assert_eq!(read::<Notes>(json!({"notes": [null, {"content": "x"}]})).notes.len(), 1);
        let events: ChangeEvents = read(json!({"change_events": [null, {"links": [null, {"href": "x"}]}]}));
        assert_eq!(events.change_events[0].links.as_ref().map(Vec::len), Some(1));
        let entry = json!({"type": "trigger_log_entry", "created_at": "2026-01-01T00:00:00Z"});
        assert_eq!(read::<LogEntries>(json!({"log_entries": [null, entry]})).log_entries.rows.len(), 1);
    }
}
