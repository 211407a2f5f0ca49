//! incident.io: incidents of its API v2.
//!
//! Documented: <https://docs.incident.io/api-reference/incidents-v2/list> and the vendor's OpenAPI file have the list,
//! its cursor `pagination_meta.after`, the order, `created_at[gte]` with a date, custom fields, timestamps by name, and
//! the categories of statuses. Replies recorded by Apache DevLake have `Resolved at` and `Closed at` among the
//! timestamps. Assumed: an account has not renamed these two, and `learning` means that the impact is over.
//!
//! Tests and tutorials are not listed. A declined, cancelled or merged incident does not count.

use super::json::description::{Custom, Description, Fields, One, Paging, Sorted, parameters, places, text};
use super::json::instant::Instants;
use super::json::keys::{CAUSED_BY_DEPLOY, DEPLOYMENT_REF, cause, reference};
use super::json::place::Place;
use super::json::settings::Settings;
use super::provider::{Provider, Reader};
use crate::document::keys::Default::Value;
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section as Keys, key};
use crate::document::{ConfigError, Section};
use crate::domain::event::{NOT_PLANNED, Table};

/// incident.io in the registry.
pub(super) static PROVIDER: Provider = Provider {
    sections: &[
        Keys { name: "incident_io", form: Form::Once, about: "Incidents of incident.io.", keys: KEYS },
        cause("incident_io.caused_by_deploy"),
        reference("incident_io.deployment_ref"),
    ],
    gives: &[Table::Incidents],
    variable: Some(("INCIDENT_IO_API_KEY", "an API key that may view data")),
    list: "incidents",
    ..Provider::new("incident-io", "incident.io", read)
};

const KEYS: &[Key] = &[
    key(
        "token_env",
        Kind::Variable,
        Value("\"INCIDENT_IO_API_KEY\""),
        Example("\"INCIDENT_IO_API_KEY\""),
        "The variable with an API key that has the role `viewer`. Private incidents also need `global_access`.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://api.incident.io\""),
        Example("\"https://api.incident.io\""),
        "The address of the API.",
    ),
    CAUSED_BY_DEPLOY,
    DEPLOYMENT_REF,
];

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    Ok(Settings::read(section, &PROVIDER, Some("https://api.incident.io"), |_| Ok(description()))?.reader())
}

pub(super) fn description() -> Description {
    Description {
        is_configured: false,
        check: None,
        path: text("v2/incidents"),
        query: parameters(&[("page_size", "{size}"), ("sort_by", "{order}"), ("created_at[gte]", "{from}")]),
        rows: Place::at("/incidents"),
        paging: Paging::Cursor { parameter: text("after"), token: Place::at("/pagination_meta/after"), last: None },
        size: 250,
        sorted: Sorted::OldestFirst,
        orders: Some([text("created_at_oldest_first"), text("created_at_newest_first")]),
        instants: Instants::Date,
        padding_ms: 0,
        longest_ms: None,
        total: Some(Place::at("/pagination_meta/total_record_count")),
        one: Some(One { path: text("v2/incidents/{id}"), query: Vec::new(), row: Place::at("/incident") }),
        fields: fields(),
    }
}

fn fields() -> Fields {
    const ENTRIES: &str = "/custom_field_entries";
    Fields {
        title: Some(Place::at("/name")),
        status: places(&["/incident_status/category"]),
        over: vec![text("learning"), text("closed")],
        renamed: vec![(text("learning"), "resolved"), (text("declined"), NOT_PLANNED), (text("canceled"), NOT_PLANNED)],
        opened_at: places(&[
            "/incident_timestamp_values/incident_timestamp.name=Impact started at/value/value",
            "/incident_timestamp_values/incident_timestamp.name=Reported at/value/value",
        ]),
        acknowledged_at: places(&["/incident_timestamp_values/incident_timestamp.name=Accepted at/value/value"]),
        resolved_at: places(&[
            "/incident_timestamp_values/incident_timestamp.name=Resolved at/value/value",
            "/incident_timestamp_values/incident_timestamp.name=Closed at/value/value",
        ]),
        priority: places(&["/severity/name"]),
        tags: places(&["/incident_type/name"]),
        services: places(&[
            "/custom_field_entries/values/value_catalog_entry/name",
            "/custom_field_entries/values/value_catalog_entry/external_id",
            "/custom_field_entries/values/value_option/value",
            "/team_ids",
        ]),
        url: text("{/permalink}"),
        custom: Custom::Entries(
            Place::at(ENTRIES),
            places(&["/custom_field/name", "/custom_field/id"]),
            places(&[
                "/values/value_option/value",
                "/values/value_catalog_entry/name",
                "/values/value_text",
                "/values/value_numeric",
                "/values/value_link",
            ]),
        ),
        ..Fields::default()
    }
}
