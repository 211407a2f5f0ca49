//! The keys of `[[http_deployments]]`.

use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::{Instead, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};
use crate::sources::http_incidents::keys::{
    API_URL, AUTH_HEADER, AUTH_KEY, HEADERS, NAME, NEXT, PAGE_PARAMETER, PAGE_SIZE, ROWS, SORTED, TOKEN_ENV, TOTAL,
    USERNAME,
};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "http_deployments",
    form: Form::Repeated,
    about: "Deployments of any system that lists them as JSON over HTTP.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    Key { example: Example("\"shipper\""), ..NAME },
    Key { example: Example("\"https://shipper.acme.example\""), ..API_URL },
    Key { example: Example("\"SHIPPER_TOKEN\""), ..TOKEN_ENV },
    AUTH_KEY,
    USERNAME,
    AUTH_HEADER,
    HEADERS,
    key(
        "path",
        Kind::Text,
        Required,
        Example("\"/api/v1/deployments\""),
        "The path of the list of deployments, relative to `api_url`.",
    ),
    key(
        "query",
        Kind::Map,
        Nothing,
        Example("{ since = \"{from}\", per_page = \"{size}\" }"),
        "The query parameters of each request. `{from}` is the start of the time span, `{size}` is the page size.",
    ),
    key(
        "times",
        Kind::Choice(crate::sources::http_incidents::keys::TIMES),
        Value("\"rfc3339\""),
        Example("\"rfc3339\""),
        "The format of `{from}`, in UTC: `seconds` is `2026-07-01T09:30:00`, `date` is `2026-07-01`.",
    ),
    Key { example: Example("\"/deployments\""), ..ROWS },
    key(
        "paging",
        Kind::Choice(&["offset", "page", "cursor", "link"]),
        Required,
        Example("\"page\""),
        "The pagination of the list. `offset`: a number of rows to skip. `page`: a page number, from 1. `cursor`: a \
         token from the previous reply. `link`: an address in the previous reply.",
    ),
    PAGE_PARAMETER,
    NEXT,
    TOTAL,
    PAGE_SIZE,
    key(
        "sorted",
        Kind::Choice(SORTED),
        Value("\"unknown\""),
        Example("\"newest-first\""),
        "The order of the list by `created_at`. A list that is `newest-first` is read only until a row is more than a \
         day older than the time span.",
    ),
    key(
        "proxy",
        Kind::Flag,
        Value("false"),
        Example("false"),
        "`true`: the rows are builds or other events that are a proxy for deployments. Their `task` is `build`, and \
         the report says that figures are based on a proxy.",
    ),
    key("id", Kind::Text, Value("\"/id\""), Example("\"/id\""), "The place of the id in a row."),
    key(
        "repo",
        Kind::Text,
        Value("\"/repo\""),
        Example("\"/repository/url\""),
        "The place of the repo: `owner/name`, or the address of the repo.",
    ),
    key(
        "repo_name",
        Kind::Text,
        Nothing,
        Instead("\"acme/web\""),
        "The name of the repo, if all rows belong to one repo. Replaces `repo`.",
    ),
    key(
        "environment",
        Kind::Text,
        Value("\"/environment\""),
        Example("\"/target/name\""),
        "The place of the environment.",
    ),
    key(
        "environment_name",
        Kind::Text,
        Nothing,
        Instead("\"production\""),
        "The environment, if all rows belong to one environment. Replaces `environment`.",
    ),
    key("sha", Kind::Text, Value("\"/sha\""), Example("\"/revision\""), "The place of the revision."),
    key("ref", Kind::Text, Nothing, Example("\"/branch\""), "The place of the branch or tag."),
    key(
        "status",
        Kind::Text,
        Nothing,
        Example("\"/state\""),
        "The place of the status. Without this key, a row with an end has succeeded, and a row without an end is in \
         progress.",
    ),
    key(
        "statuses",
        Kind::Map,
        Nothing,
        Example("{ done = \"success\", broken = \"failure\" }"),
        "The meaning of the statuses of the system: `success`, `failure`, `cancelled` or `in_progress`. Other statuses \
         are kept in lower case; the report names unknown statuses and does not count them.",
    ),
    key(
        "created_at",
        Kind::Text,
        Value("\"/created_at\""),
        Example("\"/created_at\""),
        "The place of the time at which the deployment began: RFC 3339, or seconds or milliseconds since 1970.",
    ),
    key(
        "finished_at",
        Kind::Text,
        Value("\"/finished_at\""),
        Example("\"/finished_at\""),
        "The place of the time at which the deployment ended.",
    ),
    key(
        "creator",
        Kind::Text,
        Nothing,
        Example("\"/user/name\""),
        "The place of the person who started the deployment.",
    ),
    key("url", Kind::Text, Nothing, Example("\"/links/self\""), "The place of the address of the deployment's page."),
];
