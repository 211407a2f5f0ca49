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
        about: "What says that a deployment caused the incident.",
        keys: CAUSE,
    },
    Section {
        name: "http_incidents.deployment_ref",
        form: Form::NestedChoice,
        about: "What names the deployment.",
        keys: REFERENCE,
    },
];

const CAUSE: &[Key] = &[
    key("tag", Kind::Text, Nothing, Example("\"caused-by-deploy\""), "This tag says yes."),
    key(
        "custom_field",
        Kind::Text,
        Nothing,
        Instead("\"/custom/caused_by_deploy\""),
        "What stands at this pointer says yes or no.",
    ),
];

const REFERENCE: &[Key] =
    &[key("custom_field", Kind::Text, Nothing, Example("\"/custom/deployment\""), "The pointer of the reference.")];

/// How the key is sent.
pub(in crate::sources) const AUTH: &[&str] = &["bearer", "token", "plain", "basic", "header"];
/// How a list goes on.
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
    key("path", Kind::Text, Required, Example("\"/api/v1/incidents\""), "The list of incidents, below `api_url`."),
    key(
        "query",
        Kind::Map,
        Nothing,
        Example("{ since = \"{from}\", until = \"{to}\", sort = \"created_at\", per_page = \"{size}\" }"),
        "The parameters of every request of the list. `{from}` and `{to}` are the ends of the span, `{size}` is the page size.",
    ),
    key(
        "times",
        Kind::Choice(TIMES),
        Value("\"rfc3339\""),
        Example("\"rfc3339\""),
        "How `{from}` and `{to}` are written, in UTC: `seconds` is `2026-07-01T09:30:00`, `date` is `2026-07-01`.",
    ),
    ROWS,
    key(
        "paging",
        Kind::Choice(PAGING),
        Required,
        Example("\"page\""),
        "How the list goes on. `offset`: rows to skip. `page`: a page number from 1. `cursor`: a token from the page before. \
         `link`: the address of the next page. `windows`: like `page`, for a list filtered by `{from}` and `{to}` and sorted \
         oldest first.",
    ),
    PAGE_PARAMETER,
    NEXT,
    PAGE_SIZE,
    key(
        "sorted",
        Kind::Choice(SORTED),
        Value("\"unknown\""),
        Example("\"oldest-first\""),
        "The order of the list by `created_at`. An interrupted fetch resumes within the list only if it is `oldest-first`.",
    ),
    key(
        "one",
        Kind::Text,
        Nothing,
        Example("\"/api/v1/incidents/{id}\""),
        "One incident, below `api_url`. Without it, every fetch reads the whole history, to see what became of open incidents.",
    ),
    key(
        "one_row",
        Kind::Text,
        Value("\"/\""),
        Example("\"/incident\""),
        "Where the incident stands in the reply to `one`.",
    ),
    key("id", Kind::Text, Value("\"/id\""), Example("\"/id\""), "Where its id stands in an incident."),
    key("title", Kind::Text, Value("\"/title\""), Example("\"/title\""), "Its title."),
    key("status", Kind::Text, Value("\"/status\""), Example("\"/status\""), "Its status."),
    key(
        "over",
        Kind::Texts,
        Value("[]"),
        Example("[\"resolved\", \"closed\"]"),
        "The statuses in which an incident is over. In any other it is open, even if it has an end. Empty: it is over when it \
         has an end.",
    ),
    key(
        "created_at",
        Kind::Text,
        Value("\"/created_at\""),
        Example("\"/created_at\""),
        "When the service recorded it: RFC 3339, or seconds or milliseconds since 1970.",
    ),
    key("opened_at", Kind::Text, Words("`created_at`"), Example("\"/started_at\""), "When it began."),
    key("acknowledged_at", Kind::Text, Nothing, Example("\"/acknowledged_at\""), "When someone took it."),
    key("resolved_at", Kind::Text, Value("\"/resolved_at\""), Example("\"/resolved_at\""), "When it ended."),
    key("priority", Kind::Text, Nothing, Example("\"/severity/name\""), "Its priority."),
    key("urgency", Kind::Text, Nothing, Example("\"/urgency\""), "Its urgency."),
    key("tags", Kind::Text, Nothing, Example("\"/tags\""), "Its tags."),
    key(
        "services",
        Kind::Texts,
        Value("[]"),
        Example("[\"/service/id\", \"/service/name\"]"),
        "Ids and names of its services.",
    ),
    key(
        "url",
        Kind::Text,
        Nothing,
        Example("\"{root}/incidents/{/id}\""),
        "Its page. `{root}` is `api_url`, and a pointer in braces is what stands there.",
    ),
    key(
        "caused_by_deploy",
        Kind::Table,
        Value("{ tag = \"caused-by-deploy\" }"),
        Nested,
        "What says that a deployment caused the incident; one of the next two keys. A custom field is named by its pointer.",
    ),
    key(
        "deployment_ref",
        Kind::Table,
        Nothing,
        Nested,
        "What names the deployment: the pointer of its id, or of 7 or more digits of its revision.",
    ),
];

// What the keys of a described list have in common, whatever it lists.

const NAME: Key = key(
    "name",
    Kind::Text,
    Required,
    Example("\"helpdesk\""),
    "The source of the rows: letters, digits, `-` and `_`. Two sections need two names. A new name is a new source, and \
         the rows of the old name stay.",
);
pub(in crate::sources) const API_URL: Key = key(
    "api_url",
    Kind::Address,
    Required,
    Example("\"https://helpdesk.acme.example\""),
    "The address of the service.",
);
pub(in crate::sources) const TOKEN_ENV: Key =
    key("token_env", Kind::Variable, Required, Example("\"HELPDESK_TOKEN\""), "The variable with the key.");
pub(in crate::sources) const AUTH_KEY: Key = key(
    "auth",
    Kind::Choice(AUTH),
    Value("\"bearer\""),
    Example("\"bearer\""),
    "How the key is sent. In `Authorization`: `bearer` and `token` behind this word, `plain` alone, `basic` as the password \
         of `username`. `header`: alone in `auth_header`.",
);
pub(in crate::sources) const USERNAME: Key =
    key("username", Kind::Text, Nothing, Example("\"dora\""), "The user of `auth = \"basic\"`.");
pub(in crate::sources) const AUTH_HEADER: Key =
    key("auth_header", Kind::Text, Nothing, Example("\"X-Api-Key\""), "The header of `auth = \"header\"`.");
pub(in crate::sources) const HEADERS: Key = key(
    "headers",
    Kind::Map,
    Nothing,
    Example("{ \"X-Tenant\" = \"acme\" }"),
    "Further headers. They must not be secret.",
);
pub(in crate::sources) const ROWS: Key = key(
    "rows",
    Kind::Text,
    Value("\"/\""),
    Example("\"/incidents\""),
    "Where the list stands in the reply. This and all places below are JSON pointers; `/` is the whole reply. In a list, a \
         name goes through all entries, `name=value` picks entries, and a number picks one.",
);
pub(in crate::sources) const PAGE_PARAMETER: Key = key(
    "page_parameter",
    Kind::Text,
    Words("`offset`, `page` or `cursor`"),
    Example("\"page\""),
    "The parameter of the offset, the page number or the token.",
);
pub(in crate::sources) const NEXT: Key = key(
    "next",
    Kind::Text,
    Nothing,
    Example("\"/meta/next\""),
    "`cursor`: where the reply has the token. `link`: where it has the address; without it, the header `Link` has it. \
     Otherwise: where it says whether there are more; without it, `fetch` asks until a page is empty or shorter than an earlier \
     one.",
);
pub(in crate::sources) const PAGE_SIZE: Key = key(
    "page_size",
    Kind::Number(1, 1_000),
    Value("100"),
    Example("100"),
    "What `{size}` is.",
);
