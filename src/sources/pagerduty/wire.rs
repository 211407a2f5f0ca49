//! PagerDuty's JSON. Whatever may be absent is optional; unknown states and kinds are kept as text.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::{Listed, instant, maybe_instant, maybe_without_nulls, without_nulls};

#[derive(Debug, Deserialize)]
pub(super) struct Incidents {
    pub(super) incidents: Listed<Incident>,
    #[serde(default)]
    pub(super) more: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct One {
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
    #[serde(deserialize_with = "instant")]
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
    #[serde(deserialize_with = "without_nulls")]
    pub(super) services: Vec<Reference>,
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
    #[serde(deserialize_with = "instant")]
    pub(super) created_at: Timestamp,
}
