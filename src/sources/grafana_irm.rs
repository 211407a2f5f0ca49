//! Grafana IRM (formerly Grafana OnCall): alert groups.
//!
//! Documented: <https://grafana.com/docs/grafana-cloud/alerting-and-irm/irm/reference/oncall-api/alertgroups/> has the
//! fields, `next`, `count` and the header `X-Grafana-URL` of a service account. The source of Grafana OnCall, archived
//! since 2026-03-24, has the filter `started_at=FROM/TO` in UTC without an offset, 50 groups a page, the newest first,
//! and labels with `key` and `value`. Assumed: the service still takes this filter; a group outside it is left out in
//! any case.
//!
//! An alert group is a proxy for an incident: it begins with its first alert and ends when it is resolved, by a person
//! or by the alert. A group that is attached to another counts as merged.

use super::json::description::{Counts, Custom, Description, Fields, One, Paging, Sorted, parameters, places, text};
use super::json::instant::Instants;
use super::json::keys::{CAUSED_BY_DEPLOY, DEPLOYMENT_REF, cause, reference};
use super::json::place::Place;
use super::json::settings::Settings;
use super::provider::{Provider, Reader};
use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section as Keys, key};
use crate::document::{ConfigError, Endpoint, Section};
use crate::domain::event::Table;
use crate::http::Scheme;

/// Grafana IRM in the registry.
pub(super) static PROVIDER: Provider = Provider {
    sections: &[
        Keys { name: "grafana_irm", form: Form::Once, about: "Alert groups of Grafana IRM.", keys: KEYS },
        cause("grafana_irm.caused_by_deploy"),
        reference("grafana_irm.deployment_ref"),
    ],
    gives: &[Table::Incidents],
    variable: Some(("GRAFANA_IRM_TOKEN", "a service account token, with `stack_url`, or an API key of IRM")),
    list: "incidents",
    ..Provider::new("grafana-irm", "Grafana IRM", read)
};

const KEYS: &[Key] = &[
    key(
        "api_url",
        Kind::Address,
        Required,
        Example("\"https://oncall-prod-us-central-0.grafana.net/oncall\""),
        "The address of the API. The page *Settings*, *Admin & API* of IRM shows it.",
    ),
    key(
        "stack_url",
        Kind::Address,
        Nothing,
        Example("\"https://acme.grafana.net\""),
        "The address of the Grafana stack, if the token belongs to a service account. Without it, the token is an API \
         key of IRM.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"GRAFANA_IRM_TOKEN\""),
        Example("\"GRAFANA_IRM_TOKEN\""),
        "The variable with the token. A service account needs the permission `grafana-irm-app.alert-groups:read`.",
    ),
    CAUSED_BY_DEPLOY,
    DEPLOYMENT_REF,
];

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let mut settings = Settings::read(section, &PROVIDER, None, |_| Ok(description()))?;
    match section.text("stack_url")? {
        Some(text) => {
            let stack = text.read(Endpoint::parse)?;
            settings.headers = vec![("x-grafana-url".into(), stack.as_str().trim_end_matches('/').to_owned())];
        }
        None => settings.scheme = Scheme::Behind(""),
    }
    Ok(settings.reader())
}

pub(super) fn description() -> Description {
    Description {
        is_configured: false,
        check: None,
        path: text("api/v1/alert_groups/"),
        query: parameters(&[("started_at", "{from}/{to}")]),
        rows: Place::at("/results"),
        paging: Paging::Offset { parameter: text("page"), counts: Counts::Pages(1), more: Some(Place::at("/next")) },
        size: 50,
        sorted: Sorted::NewestFirst,
        orders: None,
        instants: Instants::Seconds,
        padding_ms: 0,
        longest_ms: Some(30 * 86_400_000),
        total: Some(Place::at("/count")),
        one: Some(One { path: text("api/v1/alert_groups/{id}/"), query: Vec::new(), row: Place::at("") }),
        fields: Fields {
            status: places(&["/state"]),
            over: vec![text("resolved")],
            overruled: vec![(Place::at("/root_alert_group_id"), "*", "merged")],
            acknowledged_at: places(&["/acknowledged_at"]),
            priority: places(&[
                "/labels/key.name=severity/value/name",
                "/labels/key.name=priority/value/name",
                "/labels/key.name=level/value/name",
            ]),
            tags: places(&["/labels/value/name"]),
            services: places(&[
                "/labels/key.name=service/value/name",
                "/labels/key.name=service_name/value/name",
                "/team_id",
                "/integration_id",
            ]),
            url: text("{/permalinks/web}"),
            custom: Custom::Entries(Place::at("/labels"), places(&["/key/name", "/key/id"]), places(&["/value/name"])),
            ..Fields::default()
        },
    }
}
