//! Jira Cloud: the issues of a JQL query as incidents.
//!
//! Documented: <https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/> has `search/jql`
//! with `nextPageToken`; the fields are Jira's own. JQL reads an instant in the time zone of the account's profile, so
//! each query is 15 hours longer at both ends, and incidents outside the span are left out. Jira may answer a wrong
//! token with an empty list, as without a token, so `myself`, which needs an account, is requested first.
//!
//! An issue is over when its status is in the category *Done*, whatever its status is called. Its end comes
//! from its dates and its changelog ([`changelog`]). Jira Data Center has neither this address nor these fields.

mod changelog;

use serde_json::json;

use super::json::description::{Custom, Description, Fields, Flags, One, Paging, Sorted, places, text};
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

/// Jira in the registry.
pub(super) static PROVIDER: Provider = Provider {
    sections: &[
        Keys { name: "jira", form: Form::Once, about: "Issues of Jira Cloud that are incidents.", keys: KEYS },
        cause("jira.caused_by_deploy"),
        reference("jira.deployment_ref"),
    ],
    gives: &[Table::Incidents],
    variable: Some(("JIRA_TOKEN", "an API token, with `email`, or an OAuth token")),
    list: "incidents",
    ..Provider::new("jira", "Jira issues", read)
};

const KEYS: &[Key] = &[
    key("api_url", Kind::Address, Required, Example("\"https://acme.atlassian.net\""), "The address of the Jira site."),
    key(
        "jql",
        Kind::Text,
        Required,
        Example("\"project = OPS AND issuetype = Incident\""),
        "The JQL query for the issues that are incidents, without `ORDER BY`.",
    ),
    key(
        "email",
        Kind::Text,
        Nothing,
        Example("\"ops@acme.example\""),
        "The email address of the account of the API token. Without this key, the token is an OAuth token.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"JIRA_TOKEN\""),
        Example("\"JIRA_TOKEN\""),
        "The variable with the token. The account must be able to read the issues; an OAuth token needs the scope \
         `read:jira-work`.",
    ),
    CAUSED_BY_DEPLOY,
    DEPLOYMENT_REF,
];

/// The fields that are read.
const FIELDS: &str =
    "summary,status,created,resolutiondate,statuscategorychangedate,resolution,priority,labels,components,project";

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    let Some(jql) = section.text("jql")? else {
        return Err(section.incomplete("needs `jql`, the query for the issues that are incidents"));
    };
    if jql.value.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ").contains("order by") {
        return Err(jql.unusable("remove `ORDER BY` from the query: the program adds the order"));
    }
    let mut settings = Settings::read(section, &PROVIDER, None, |flags| Ok(description(jql.value, flags)))?;
    settings.user = section.text("email")?.map(|text| text.value.to_owned());
    settings.chosen = json!([jql.value]);
    Ok(settings.reader())
}

pub(super) fn description(jql: &str, flags: &Flags) -> Description {
    let fields = flags.custom_fields().fold(FIELDS.to_owned(), |fields, own| fields + "," + own);
    let span = "created >= \"{from}\" AND created <= \"{to}\" ORDER BY created {order}, key ASC";
    let one = vec![(text("fields"), fields.clone().into()), (text("expand"), text("changelog"))];
    Description {
        is_configured: false,
        check: Some(text("rest/api/3/myself")),
        path: text("rest/api/3/search/jql"),
        query: vec![
            (text("jql"), format!("({jql}) AND {span}").into()),
            (text("fields"), fields.into()),
            (text("expand"), text("changelog")),
            (text("maxResults"), text("{size}")),
        ],
        rows: Place::at("/issues"),
        paging: Paging::Cursor {
            parameter: text("nextPageToken"),
            token: Place::at("/nextPageToken"),
            last: Some(Place::at("/isLast")),
        },
        // With changelogs, 100 issues may exceed the maximum size of a reply.
        size: 50,
        sorted: Sorted::OldestFirst,
        orders: Some([text("ASC"), text("DESC")]),
        instants: Instants::Minutes,
        padding_ms: 15 * 3_600_000,
        longest_ms: None,
        total: None,
        one: Some(One { path: text("rest/api/3/issue/{id}"), query: one, row: Place::at("") }),
        fields: Fields {
            title: Some(Place::at("/fields/summary")),
            status: places(&["/fields/status/statusCategory/key"]),
            over: vec![text("done")],
            renamed: vec![(text("done"), "resolved"), (text("indeterminate"), "in_progress")],
            overruled: vec![
                (Place::at("/fields/resolution/name"), "Duplicate", "merged"),
                (Place::at("/fields/resolution/name"), "Won't Do", NOT_PLANNED),
                (Place::at("/fields/resolution/name"), "Declined", NOT_PLANNED),
            ],
            made_at: Place::at("/fields/created"),
            resolved_at: Vec::new(),
            last_end: Some(changelog::last_end),
            priority: places(&["/fields/priority/name"]),
            tags: places(&["/fields/labels"]),
            services: places(&[
                "/fields/components/name",
                "/fields/components/id",
                "/fields/project/key",
                "/fields/project/name",
            ]),
            url: text("{root}/browse/{/key}"),
            custom: Custom::Object(Place::at("/fields")),
            ..Fields::default()
        },
    }
}
