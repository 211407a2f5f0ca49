//! The JSON of OpsGenie and Jira Service Management. Whatever may be absent is optional; unknown states are text.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::{Listed, instant, maybe_instant, maybe_without_nulls};

/// A page: `data` of OpsGenie, `values` of Jira Service Management.
#[derive(Debug, Deserialize)]
pub(super) struct Page<T> {
    #[serde(alias = "values")]
    pub(super) data: Listed<T>,
    #[serde(default, alias = "links")]
    paging: Option<Paging>,
}

/// Where a list goes on; the address itself is not followed.
#[derive(Debug, Deserialize)]
struct Paging {
    #[serde(default)]
    next: Option<String>,
}

impl<T> Page<T> {
    /// Whether the list says that there is more; nothing where it says nothing of the kind.
    pub(super) fn has_more(&self) -> Option<bool> {
        self.paging.as_ref().map(|paging| paging.next.as_ref().is_some_and(|next| !next.is_empty()))
    }
}

/// One thing: OpsGenie wraps it, Jira Service Management does not.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum One<T> {
    Wrapped { data: T },
    Bare(T),
}

impl<T> One<T> {
    pub(super) fn into_inner(self) -> T {
        match self {
            Self::Wrapped { data } | Self::Bare(data) => data,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Incident {
    pub(super) id: String,
    #[serde(default)]
    pub(super) message: Option<String>,
    pub(super) status: String,
    #[serde(default)]
    pub(super) priority: Option<String>,
    #[serde(default, deserialize_with = "maybe_without_nulls")]
    pub(super) tags: Option<Vec<String>>,
    #[serde(default, deserialize_with = "maybe_without_nulls")]
    pub(super) impacted_services: Option<Vec<String>>,
    #[serde(default)]
    pub(super) owner_team: Option<String>,
    #[serde(deserialize_with = "instant")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) impact_start_date: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) impact_end_date: Option<Timestamp>,
    #[serde(default)]
    pub(super) extra_properties: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    pub(super) links: Option<Links>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Links {
    #[serde(default)]
    pub(super) web: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Alert {
    pub(super) id: String,
    #[serde(default)]
    pub(super) message: Option<String>,
    pub(super) status: String,
    #[serde(default)]
    pub(super) priority: Option<String>,
    #[serde(default, deserialize_with = "maybe_without_nulls")]
    pub(super) tags: Option<Vec<String>>,
    #[serde(default)]
    pub(super) entity: Option<String>,
    #[serde(default)]
    pub(super) owner_team_id: Option<String>,
    #[serde(default, deserialize_with = "maybe_without_nulls")]
    pub(super) responders: Option<Vec<Responder>>,
    #[serde(default)]
    pub(super) integration: Option<Named>,
    #[serde(default, alias = "integrationName")]
    pub(super) integration_name: Option<String>,
    #[serde(deserialize_with = "instant")]
    pub(super) created_at: Timestamp,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) updated_at: Option<Timestamp>,
    /// When it was acknowledged and closed, as Jira Service Management says it; OpsGenie has a report in its place.
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) ack_time: Option<Timestamp>,
    #[serde(default, deserialize_with = "maybe_instant")]
    pub(super) close_time: Option<Timestamp>,
    #[serde(default)]
    pub(super) report: Option<Report>,
    #[serde(default, alias = "extraProperties")]
    pub(super) details: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Responder {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) r#type: Option<String>,
}

/// Something with an id and a name.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default, alias = "teamName")]
    pub(super) name: Option<String>,
}

/// Durations since the alert was made, in milliseconds.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    #[serde(default)]
    pub(super) ack_time: Option<i64>,
    #[serde(default)]
    pub(super) close_time: Option<i64>,
}
