//! ServiceNow: the records of the table `incident`, or of another configured table, read with the Table API.
//!
//! Documented:
//! <https://www.servicenow.com/docs/bundle/zurich-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html>
//! has `sysparm_query`, `sysparm_fields`, `sysparm_display_value=all`, `sysparm_limit` and the header `Link`. Pages are
//! followed by this header, because a page may be short where access rules hide records. The values, other than the
//! display values, are in UTC without an offset. The time zone of instants in a query is not documented, so each query
//! is 14 hours longer at both ends, and incidents outside the span are left out.
//!
//! Assumed: the states have their usual numbers (6 resolved, 7 closed, 8 cancelled). A record with another number is
//! open.

use serde_json::json;

use super::json::description::{Custom, Description, Fields, Flags, One, Paging, Sorted, parameters, places, text};
use super::json::instant::Instants;
use super::json::keys::{CAUSED_BY_DEPLOY, DEPLOYMENT_REF, cause, reference};
use super::json::place::Place;
use super::json::settings::Settings;
use super::provider::{Provider, Reader};
use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section as Keys, key};
use crate::document::{ConfigError, Section};
use crate::domain::event::{NOT_PLANNED, Table};

/// ServiceNow in the registry.
pub(super) static PROVIDER: Provider = Provider {
    sections: &[
        Keys { name: "servicenow", form: Form::Once, about: "Incidents of ServiceNow.", keys: KEYS },
        cause("servicenow.caused_by_deploy"),
        reference("servicenow.deployment_ref"),
    ],
    gives: &[Table::Incidents],
    variable: Some(("SERVICENOW_TOKEN", "the password of `username`, or an OAuth token")),
    list: "incidents",
    ..Provider::new("servicenow", "ServiceNow", read)
};

const KEYS: &[Key] = &[
    key(
        "api_url",
        Kind::Address,
        Required,
        Example("\"https://acme.service-now.com\""),
        "The address of the instance.",
    ),
    key(
        "username",
        Kind::Text,
        Nothing,
        Example("\"dora\""),
        "The account whose password is in the variable. Without this key, the variable contains an OAuth token.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"SERVICENOW_TOKEN\""),
        Example("\"SERVICENOW_TOKEN\""),
        "The variable with the password or token. The account needs read access to the table, for example by the role \
         `itil`.",
    ),
    key("table", Kind::Text, Value("\"incident\""), Example("\"incident\""), "The table of the incidents."),
    key(
        "query",
        Kind::Text,
        Nothing,
        Example("\"priorityIN1,2^category=software\""),
        "An encoded query that selects records. Without this key, `fetch` reads all records of the table.",
    ),
    CAUSED_BY_DEPLOY,
    DEPLOYMENT_REF,
];

/// The columns that are read.
const COLUMNS: &str = "sys_id,number,short_description,state,close_code,sys_created_on,opened_at,resolved_at,closed_at,\
                       priority,urgency,business_service,service_offering,cmdb_ci,assignment_group";

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let table = section.text("table")?;
    let is_name = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if let Some(text) = table.as_ref().filter(|text| !is_name(text.value)) {
        return Err(text.unusable("not the name of a table; write a name like `incident`"));
    }
    let table = table.map_or("incident", |text| text.value);
    let query = section.text("query")?;
    if let Some(text) = query.as_ref().filter(|text| text.value.contains("^NQ") || text.value.contains("ORDERBY")) {
        return Err(
            text.unusable("remove `^NQ` and `ORDERBY` from the query: the program adds the time span and the order")
        );
    }
    let query = query.map(|text| text.value.trim_matches('^').to_owned());
    let mut settings =
        Settings::read(section, &PROVIDER, None, |flags| Ok(description(table, query.as_deref(), flags)))?;
    settings.user = section.text("username")?.map(|text| text.value.to_owned());
    settings.chosen = json!([table, query]);
    Ok(settings.reader())
}

pub(super) fn description(table: &str, query: Option<&str>, flags: &Flags) -> Description {
    let columns = flags.custom_fields().fold(COLUMNS.to_owned(), |columns, own| columns + "," + own);
    let span = "sys_created_on>={from}^sys_created_on<={to}^{order}sys_created_on^ORDERBYsys_id";
    let query = query.map_or_else(|| span.to_owned(), |query| format!("{query}^{span}"));
    let mut common = parameters(&[("sysparm_display_value", "all"), ("sysparm_exclude_reference_link", "true")]);
    common.push((text("sysparm_fields"), columns.into()));
    let list = [(text("sysparm_query"), query.into()), (text("sysparm_limit"), text("{size}"))];
    Description {
        is_configured: false,
        check: None,
        path: format!("api/now/table/{table}").into(),
        query: common.iter().cloned().chain(list).collect(),
        rows: Place::at("/result"),
        paging: Paging::Link(None),
        size: 500,
        sorted: Sorted::OldestFirst,
        orders: Some([text("ORDERBY"), text("ORDERBYDESC")]),
        instants: Instants::SecondsWithSpace,
        padding_ms: 14 * 3_600_000,
        longest_ms: None,
        total: None,
        one: Some(One {
            path: format!("api/now/table/{table}/{{id}}").into(),
            query: common,
            row: Place::at("/result"),
        }),
        fields: fields(table),
    }
}

fn fields(table: &str) -> Fields {
    Fields {
        id: Place::at("/sys_id/value"),
        title: Some(Place::at("/short_description/display_value")),
        status: places(&["/state/value"]),
        over: vec![text("6"), text("7")],
        renamed: vec![
            (text("1"), "new"),
            (text("2"), "in_progress"),
            (text("3"), "on_hold"),
            (text("6"), "resolved"),
            (text("7"), "closed"),
            (text("8"), NOT_PLANNED),
        ],
        overruled: vec![(Place::at("/close_code/value"), "Duplicate", "merged")],
        made_at: Place::at("/sys_created_on/value"),
        opened_at: places(&["/opened_at/value"]),
        resolved_at: places(&["/resolved_at/value", "/closed_at/value"]),
        without_offset: true,
        priority: places(&["/priority/display_value"]),
        urgency: places(&["/urgency/display_value"]),
        services: places(&["/business_service/*", "/service_offering/*", "/cmdb_ci/*", "/assignment_group/*"]),
        url: format!("{{root}}/{table}.do?sys_id={{/sys_id/value}}").into(),
        custom: Custom::Object(Place::at("")),
        ..Fields::default()
    }
}
