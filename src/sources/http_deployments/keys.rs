//! The keys of `[[http_deployments]]`.

use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::{Instead, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};
use crate::sources::http_incidents::keys::{
    API_URL, AUTH_HEADER, AUTH_KEY, HEADERS, NEXT, PAGE_PARAMETER, PAGE_SIZE, ROWS, SORTED, TOKEN_ENV, USERNAME,
};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "http_deployments",
    form: Form::Repeated,
    about: "Deployments of any system that lists them as JSON over HTTP.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    key(
        "name",
        Kind::Text,
        Required,
        Example("\"shipper\""),
        "The source of the rows: letters, digits, `-` and `_`. A new name is a new source, and the rows of the old name stay.",
    ),
    API_URL,
    TOKEN_ENV,
    AUTH_KEY,
    USERNAME,
    AUTH_HEADER,
    HEADERS,
    key("path", Kind::Text, Required, Example("\"/api/v1/deployments\""), "The list of deployments, below `api_url`."),
    key(
        "query",
        Kind::Map,
        Nothing,
        Example("{ since = \"{from}\", per_page = \"{size}\" }"),
        "The parameters of every request. `{from}` is the instant from which deployments are wanted, `{size}` the page size.",
    ),
    key(
        "times",
        Kind::Choice(crate::sources::http_incidents::keys::TIMES),
        Value("\"rfc3339\""),
        Example("\"rfc3339\""),
        "How `{from}` is written, in UTC: `seconds` is `2026-07-01T09:30:00`, `date` is `2026-07-01`.",
    ),
    ROWS,
    key(
        "paging",
        Kind::Choice(&["offset", "page", "cursor", "link"]),
        Required,
        Example("\"page\""),
        "How the list goes on. `offset`: rows to skip. `page`: a page number from 1. `cursor`: a token from the page before. \
         `link`: the address of the next page.",
    ),
    PAGE_PARAMETER,
    NEXT,
    PAGE_SIZE,
    key(
        "sorted",
        Kind::Choice(SORTED),
        Value("\"unknown\""),
        Example("\"newest-first\""),
        "The order of the list by `created_at`. A list that is `newest-first` is read until it is older than what is wanted.",
    ),
    key(
        "proxy",
        Kind::Flag,
        Value("false"),
        Example("false"),
        "Whether the rows are builds or the like that stand in for deployments. Then their `task` is `build`, and the report \
         says that figures rest on a proxy.",
    ),
    key("id", Kind::Text, Value("\"/id\""), Example("\"/id\""), "Where its id stands in a row."),
    key(
        "repo",
        Kind::Text,
        Value("\"/repo\""),
        Example("\"/repository/url\""),
        "Its repo: `owner/name`, or the address of the repo.",
    ),
    key("repo_name", Kind::Text, Nothing, Instead("\"acme/web\""), "The repo of all rows, in place of `repo`."),
    key("environment", Kind::Text, Value("\"/environment\""), Example("\"/target/name\""), "Its environment."),
    key(
        "environment_name",
        Kind::Text,
        Nothing,
        Instead("\"production\""),
        "The environment of all rows, in place of `environment`.",
    ),
    key("sha", Kind::Text, Value("\"/sha\""), Example("\"/revision\""), "Its revision."),
    key("ref", Kind::Text, Nothing, Example("\"/branch\""), "The branch or tag."),
    key(
        "status",
        Kind::Text,
        Nothing,
        Example("\"/state\""),
        "Its status. Without this key a row with an end has succeeded, and one without has not ended.",
    ),
    key(
        "statuses",
        Kind::Map,
        Nothing,
        Example("{ done = \"success\", broken = \"failure\" }"),
        "What the system's words mean: `success`, `failure`, `cancelled` or `in_progress`. Other words stand as they are; the \
         report names those that it does not know.",
    ),
    key(
        "created_at",
        Kind::Text,
        Value("\"/created_at\""),
        Example("\"/created_at\""),
        "When it began: RFC 3339, or seconds or milliseconds since 1970.",
    ),
    key("finished_at", Kind::Text, Value("\"/finished_at\""), Example("\"/finished_at\""), "When it ended."),
    key("creator", Kind::Text, Nothing, Example("\"/user/name\""), "Who asked for it."),
    key("url", Kind::Text, Nothing, Example("\"/links/self\""), "The address of its page."),
];
