//! The JSON of OpsGenie and Jira Service Management. Whatever may be absent is optional; unknown states are text.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::domain::time::Timestamp;
use crate::sources::incidents::absent::{Listed, maybe_without_nulls, without_nulls};
use crate::sources::instants::{instant_or_zero, maybe_instant};

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
pub(super) enum Unwrapped<T> {
    Wrapped { data: T },
    Bare(T),
}

impl<T> Unwrapped<T> {
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
    #[serde(deserialize_with = "instant_or_zero")]
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
    #[serde(default)]
    pub(super) integration_name: Option<String>,
    #[serde(deserialize_with = "instant_or_zero")]
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
    #[serde(default)]
    pub(super) name: Option<String>,
}

/// The teams of Jira Service Management.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlatformTeams {
    #[serde(default, deserialize_with = "without_nulls")]
    pub(super) platform_teams: Vec<PlatformTeam>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlatformTeam {
    #[serde(default)]
    pub(super) team_id: Option<String>,
    #[serde(default)]
    pub(super) team_name: Option<String>,
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sources::described::{
        reads_what_is_described as described, reads_what_is_described_but as described_but,
    };

    const ALERTS: &str = "GET /v2/alerts";
    const ALERT: &str = "GET /v2/alerts/{identifier}";
    const JSM_ALERTS: &str = "GET /jsm/ops/api/{cloudId}/v1/alerts";
    const JSM_ALERT: &str = "GET /jsm/ops/api/{cloudId}/v1/alerts/{id}";
    const JSM_TEAMS: &str = "GET /jsm/ops/api/{cloudId}/v1/teams";
    const INCIDENTS: &str = "GET /v1/incidents";
    const INCIDENT: &str = "GET /v1/incidents/{identifier}";

    #[test]
    fn every_field_that_is_read_is_one_that_its_owner_describes() {
        described_but::<Page<Alert>>(&[(ALERTS, "")], &["values", "links"]);
        described_but::<Page<Alert>>(&[(JSM_ALERTS, "")], &["data", "paging"]);
        described_but::<Page<Incident>>(&[(INCIDENTS, "")], &["values", "links"]);
        described::<Paging>(&[(ALERTS, "paging")]);
        described::<Paging>(&[(JSM_ALERTS, "links")]);
        described::<Incident>(&[(INCIDENTS, "data[]")]);
        described::<Incident>(&[(INCIDENT, "data")]);
        described::<Links>(&[(INCIDENTS, "data[].links")]);
        let of_jsm = ["integrationName", "ackTime", "closeTime", "extraProperties"];
        described_but::<Alert>(&[(ALERTS, "data[]"), (ALERT, "data")], &of_jsm);
        let of_opsgenie = ["ownerTeamId", "integration", "report", "details"];
        for place in [(JSM_ALERTS, "values[]"), (JSM_ALERT, "")] {
            described_but::<Alert>(&[place], &of_opsgenie);
        }
        described::<Responder>(&[(ALERTS, "data[].responders[]")]);
        described::<Responder>(&[(JSM_ALERTS, "values[].responders[]")]);
        described::<Report>(&[(ALERTS, "data[].report")]);
        described::<Named>(&[("GET /v1/services", "data[]")]);
        described::<Named>(&[("GET /v2/teams", "data[]")]);
        described::<Named>(&[(ALERTS, "data[].integration")]);
        described::<PlatformTeams>(&[(JSM_TEAMS, "")]);
        described::<PlatformTeam>(&[(JSM_TEAMS, "platformTeams[]")]);
    }

    #[test]
    fn a_null_in_any_list_costs_nothing_else() {
        let alert = json!({"id": "a", "status": "open", "createdAt": "2026-01-01T00:00:00Z", "tags": [null, "t"],
            "responders": [null, {"id": "T", "type": "team"}]});
        for list in ["data", "values"] {
            let page: Page<Alert> = serde_json::from_value(json!({list: [null, alert]})).expect("a page");
            let row = page.data.rows.first().expect("an alert");
            assert_eq!((page.data.nulls, row.tags.as_ref().map(Vec::len)), (1, Some(1)));
            assert_eq!(row.responders.as_ref().map(Vec::len), Some(1));
        }
        let incident = json!({"id": "i", "status": "open", "createdAt": "2026-01-01T00:00:00Z", "tags": [null],
            "impactedServices": [null, "S"]});
        let page: Page<Incident> = serde_json::from_value(json!({"data": [null, incident]})).expect("a page");
        assert_eq!(page.data.rows[0].impacted_services.as_ref().map(Vec::len), Some(1));
        let page: Page<Named> = serde_json::from_value(json!({"data": [null, {"id": "T"}]})).expect("a page");
        assert_eq!(page.data.rows.len(), 1);
        let teams = json!({"platformTeams": [null, {"teamId": "T", "teamName": null}]});
        let teams: PlatformTeams = serde_json::from_value(teams).expect("teams");
        assert_eq!(teams.platform_teams.len(), 1);
    }
}
