//! Rootly: incidents of its API v1.
//!
//! Documented: <https://docs.rootly.com/api-reference/incidents/list-incidents> and the vendor's client have the filters
//! `filter[created_at][gte]` and `[lte]`, `sort`, `page[number]` and `page[size]`, and the fields; Apache DevLake reads the
//! same shape. Assumed: each entry of `services` and `groups` has a field `data`, like `severity` and `user`. Entries
//! without `data` are read too.
//!
//! An incident ends when it was resolved or, if the configuration says so, mitigated. A duplicate counts as merged.
//! Tests, examples, maintenance and cancelled incidents do not count.

use serde_json::json;

use super::json::description::{
    Counts, Custom, Description, Fields, Flags, One, Paging, Sorted, parameters, places, text,
};
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

/// Rootly in the registry.
pub(super) static PROVIDER: Provider = Provider {
    sections: &[
        Keys { name: "rootly", form: Form::Once, about: "Incidents of Rootly.", keys: KEYS },
        cause("rootly.caused_by_deploy"),
        reference("rootly.deployment_ref"),
    ],
    gives: &[Table::Incidents],
    variable: Some(("ROOTLY_API_TOKEN", "an API token that may read incidents")),
    list: "incidents",
    ..Provider::new("rootly", "Rootly", read)
};

const KEYS: &[Key] = &[
    key(
        "token_env",
        Kind::Variable,
        Value("\"ROOTLY_API_TOKEN\""),
        Example("\"ROOTLY_API_TOKEN\""),
        "The variable with an API token that may read incidents. A global token reads all incidents, a team token only \
         the incidents of its team.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://api.rootly.com\""),
        Example("\"https://api.rootly.com\""),
        "The address of the API.",
    ),
    key(
        "ends_when",
        Kind::Choice(ENDS),
        Value("\"resolved\""),
        Example("\"resolved\""),
        "When service is restored: a mitigated incident is open, or over.",
    ),
    CAUSED_BY_DEPLOY,
    DEPLOYMENT_REF,
];

const ENDS: &[&str] = &["resolved", "mitigated"];

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let choices = [(ENDS[0], false), (ENDS[1], true)];
    let mitigated = section.text("ends_when")?.map(|text| text.choose(&choices)).transpose()?.unwrap_or(false);
    let describe = |_: &Flags| Ok(description(mitigated));
    let mut settings = Settings::read(section, &PROVIDER, Some("https://api.rootly.com"), describe)?;
    settings.chosen = json!(mitigated);
    Ok(settings.reader())
}

pub(super) fn description(mitigated: bool) -> Description {
    Description {
        is_configured: false,
        check: None,
        path: text("v1/incidents"),
        // Entries are large: each has the whole records of its people, services and teams.
        query: parameters(&[
            ("filter[created_at][gte]", "{from}"),
            ("filter[created_at][lte]", "{to}"),
            ("sort", "{order}"),
            ("page[size]", "{size}"),
        ]),
        rows: Place::at("/data"),
        paging: Paging::Windows {
            parameter: text("page[number]"),
            counts: Counts::Pages(1),
            more: Some(Place::at("/links/next")),
        },
        size: 50,
        sorted: Sorted::OldestFirst,
        orders: Some([text("created_at"), text("-created_at")]),
        instants: Instants::Rfc3339,
        padding_ms: 0,
        longest_ms: None,
        total: Some(Place::at("/meta/total_count")),
        one: Some(One { path: text("v1/incidents/{id}"), query: Vec::new(), row: Place::at("/data") }),
        fields: fields(mitigated),
    }
}

fn fields(mitigated: bool) -> Fields {
    let ends = places(&["/attributes/mitigated_at", "/attributes/resolved_at", "/attributes/closed_at"]);
    let over = [text("mitigated"), text("resolved"), text("closed"), text("completed")];
    let skipped = usize::from(!mitigated);
    let left_out = |kind: &'static str| (Place::at("/attributes/kind"), kind, NOT_PLANNED);
    let mut overruled = vec![(Place::at("/attributes/duplicate_incident_id"), "*", "merged")];
    overruled.extend(["test", "test_sub", "example", "example_sub", "scheduled", "scheduled_sub"].map(left_out));
    Fields {
        title: Some(Place::at("/attributes/title")),
        status: places(&["/attributes/status"]),
        over: over.into_iter().skip(skipped).collect(),
        renamed: vec![(text("cancelled"), NOT_PLANNED)],
        overruled,
        made_at: Place::at("/attributes/created_at"),
        opened_at: places(&["/attributes/started_at"]),
        acknowledged_at: places(&["/attributes/acknowledged_at"]),
        resolved_at: ends.into_iter().skip(skipped).collect(),
        priority: places(&["/attributes/severity/data/attributes/name", "/attributes/severity/data/attributes/slug"]),
        tags: places(&["/attributes/labels/*", "/attributes/incident_types/data/attributes/name"]),
        services: places(&[
            "/attributes/services/data/attributes/name",
            "/attributes/services/data/id",
            "/attributes/services/name",
            "/attributes/services/id",
            "/attributes/groups/data/attributes/name",
            "/attributes/groups/data/id",
            "/relationships/services/data/id",
        ]),
        url: text("{/attributes/url}"),
        custom: Custom::Object(Place::at("/attributes/labels")),
        ..Fields::default()
    }
}
