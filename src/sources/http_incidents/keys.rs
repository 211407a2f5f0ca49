//! The keys of `[[http_incidents]]`.

use crate::document::keys::Default::{Nothing, Required, Value, Words};
use crate::document::keys::Example::{Instead, Nested, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[
    Section {
        name: "http_incidents",
        form: Form::Repeated,
        about: "Incidents of any service that lists them as JSON over HTTP.",
        keys: KEYS,
    },
    Section {
        name: "http_incidents.caused_by_deploy",
        form: Form::NestedChoice,
        about: "How to recognise an incident that a deployment caused.",
        keys: CAUSE,
    },
    Section {
        name: "http_incidents.deployment_ref",
        form: Form::NestedChoice,
        about: "Where an incident names the deployment that caused it.",
        keys: REFERENCE,
    },
];

const CAUSE: &[Key] = &[
    key("tag", Kind::Text, Nothing, Example("\"caused-by-deploy\""), "The tag of incidents that a deployment caused."),
    key(
        "custom_field",
        Kind::Text,
        Nothing,
        Instead("\"/custom/caused_by_deploy\""),
        "The place of a field that says yes or no.",
    ),
];

const REFERENCE: &[Key] =
    &[key("custom_field", Kind::Text, Nothing, Example("\"/custom/deployment\""), "The place of the id or revision.")];

/// How the key is sent.
pub(in crate::sources) const AUTH: &[&str] = &["bearer", "token", "plain", "basic", "header"];
/// The pagination of a list.
pub(in crate::sources) const PAGING: &[&str] = &["offset", "page", "cursor", "link", "windows"];
/// How a list is sorted.
pub(in crate::sources) const SORTED: &[&str] = &["oldest-first", "newest-first", "unknown"];
/// How an instant is written.
pub(in crate::sources) const TIMES: &[&str] = &["rfc3339", "seconds", "date", "epoch-seconds", "epoch-milliseconds"];

const KEYS: &[Key] = &[
    NAME,
    API_URL,
    TOKEN_ENV,
    AUTH_KEY,
    USERNAME,
    AUTH_HEADER,
    HEADERS,
    key(
        "path",
        Kind::Text,
        Required,
        Example("\"/api/v1/incidents\""),
        "The path of the list of incidents, relative to `api_url`.",
    ),
    key(
        "query",
        Kind::Map,
        Nothing,
        Example("{ since = \"{from}\", until = \"{to}\", sort = \"created_at\", per_page = \"{size}\" }"),
        "The query parameters of each request for the list. `{from}` and `{to}` are the ends of the time span, \
         `{size}` is the page size.",
    ),
    key(
        "times",
        Kind::Choice(TIMES),
        Value("\"rfc3339\""),
        Example("\"rfc3339\""),
        "The format of `{from}` and `{to}`, in UTC: `seconds` is `2026-07-01T09:30:00`, `date` is `2026-07-01`.",
    ),
    ROWS,
    key(
        "paging",
        Kind::Choice(PAGING),
        Required,
        Example("\"page\""),
        "The pagination of the list. `offset`: a number of rows to skip. `page`: a page number, from 1. `cursor`: a \
         token from the previous reply. `link`: an address in the previous reply. `windows`: like `page`, for a list \
         that is filtered by `{from}` and `{to}` and sorted oldest first.",
    ),
    PAGE_PARAMETER,
    NEXT,
    TOTAL,
    PAGE_SIZE,
    key(
        "sorted",
        Kind::Choice(SORTED),
        Value("\"unknown\""),
        Example("\"oldest-first\""),
        "The order of the list by `created_at`. An interrupted `fetch` continues within the list only if it is \
         `oldest-first`.",
    ),
    key(
        "one",
        Kind::Text,
        Nothing,
        Example("\"/api/v1/incidents/{id}\""),
        "The path of one incident, relative to `api_url`. Without this key, each `fetch` reads the whole history, to \
         find out whether open incidents have ended.",
    ),
    key(
        "one_row",
        Kind::Text,
        Value("\"/\""),
        Example("\"/incident\""),
        "The place of the incident in the reply to `one`.",
    ),
    key("id", Kind::Text, Value("\"/id\""), Example("\"/id\""), "The place of the id in an incident."),
    key("title", Kind::Text, Value("\"/title\""), Example("\"/title\""), "The place of the title."),
    key("status", Kind::Text, Value("\"/status\""), Example("\"/status\""), "The place of the status."),
    key(
        "over",
        Kind::Texts,
        Value("[]"),
        Example("[\"resolved\", \"closed\"]"),
        "The statuses of incidents that are over. In any other status, an incident is open, even if it has an end. \
         Empty: an incident is over if it has an end.",
    ),
    key(
        "created_at",
        Kind::Text,
        Value("\"/created_at\""),
        Example("\"/created_at\""),
        "The place of the time at which the service recorded the incident: RFC 3339, or seconds or milliseconds since \
         1970.",
    ),
    key(
        "opened_at",
        Kind::Text,
        Words("`created_at`"),
        Example("\"/started_at\""),
        "The place of the time at which the incident began.",
    ),
    key(
        "acknowledged_at",
        Kind::Text,
        Nothing,
        Example("\"/acknowledged_at\""),
        "The place of the time of acknowledgement.",
    ),
    key(
        "resolved_at",
        Kind::Text,
        Value("\"/resolved_at\""),
        Example("\"/resolved_at\""),
        "The place of the time at which the incident ended.",
    ),
    key("priority", Kind::Text, Nothing, Example("\"/severity/name\""), "The place of the priority."),
    key("urgency", Kind::Text, Nothing, Example("\"/urgency\""), "The place of the urgency."),
    key("tags", Kind::Text, Nothing, Example("\"/tags\""), "The place of the tags."),
    key(
        "services",
        Kind::Texts,
        Value("[]"),
        Example("[\"/service/id\", \"/service/name\"]"),
        "The places of ids and names of services.",
    ),
    key(
        "url",
        Kind::Text,
        Nothing,
        Example("\"{root}/incidents/{/id}\""),
        "The address of the page of an incident. `{root}` is `api_url`, and a place in braces is the value at this \
         place.",
    ),
    key(
        "caused_by_deploy",
        Kind::Table,
        Value("{ tag = \"caused-by-deploy\" }"),
        Nested,
        "How to recognise an incident that a deployment caused: set one of the next two keys.",
    ),
    key(
        "deployment_ref",
        Kind::Table,
        Nothing,
        Nested,
        "Where an incident names the deployment that caused it: the id, or at least 7 digits of the revision.",
    ),
];

// What the keys of a described list have in common, whatever it lists.

pub(in crate::sources) const NAME: Key = key(
    "name",
    Kind::Text,
    Required,
    Example("\"helpdesk\""),
    "The source name of the rows: letters, digits, `-` and `_`. Each section needs its own name. If you change the \
     name, the rows under the old name stay in the dataset.",
);
pub(in crate::sources) const API_URL: Key = key(
    "api_url",
    Kind::Address,
    Required,
    Example("\"https://helpdesk.acme.example\""),
    "The address of the service.",
);
pub(in crate::sources) const TOKEN_ENV: Key = key(
    "token_env",
    Kind::Variable,
    Required,
    Example("\"HELPDESK_TOKEN\""),
    "The variable with the key of the service.",
);
pub(in crate::sources) const AUTH_KEY: Key = key(
    "auth",
    Kind::Choice(AUTH),
    Value("\"bearer\""),
    Example("\"bearer\""),
    "How the key is sent. `bearer` and `token`: in the header `Authorization`, after this word. `plain`: in \
     `Authorization`, alone. `basic`: as the password of `username`. `header`: alone in the header that `auth_header` \
     names.",
);
pub(in crate::sources) const USERNAME: Key =
    key("username", Kind::Text, Nothing, Example("\"dora\""), "The user name for `auth = \"basic\"`.");
pub(in crate::sources) const AUTH_HEADER: Key = key(
    "auth_header",
    Kind::Text,
    Nothing,
    Example("\"X-Api-Key\""),
    "The name of the header for `auth = \"header\"`.",
);
pub(in crate::sources) const HEADERS: Key = key(
    "headers",
    Kind::Map,
    Nothing,
    Example("{ \"X-Tenant\" = \"acme\" }"),
    "Further headers of each request. Their values must not be secret.",
);
pub(in crate::sources) const ROWS: Key = key(
    "rows",
    Kind::Text,
    Value("\"/\""),
    Example("\"/incidents\""),
    "The place of the list in the reply. A place is a JSON pointer; `/` is the whole reply. In a list, a name reads \
     this field of every entry, `name=value` selects entries, and a number selects one entry.",
);
pub(in crate::sources) const PAGE_PARAMETER: Key = key(
    "page_parameter",
    Kind::Text,
    Words("`offset`, `page` or `cursor`"),
    Example("\"page\""),
    "The query parameter with the offset, the page number or the token.",
);
pub(in crate::sources) const NEXT: Key = key(
    "next",
    Kind::Text,
    Nothing,
    Example("\"/meta/next\""),
    "`cursor`: the place of the token. `link`: the place of the address; without this key, `fetch` uses the header \
     `Link`. Otherwise: the place that says whether there are more rows; without this key, `fetch` asks until a page is \
     empty.",
);
pub(in crate::sources) const TOTAL: Key = key(
    "total",
    Kind::Text,
    Nothing,
    Example("\"/meta/total\""),
    "The place of the number of rows of the whole list. If rows are deleted while `fetch` reads the list, it reads the \
     list again.",
);
pub(in crate::sources) const PAGE_SIZE: Key = key(
    "page_size",
    Kind::Number(1, 1_000),
    Value("100"),
    Example("100"),
    "The number that `{size}` in `query` stands for.",
);
