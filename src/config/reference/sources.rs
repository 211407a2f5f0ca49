//! The sections of the services that history is fetched from.

use super::Default::{Nothing, Required, Value};
use super::Example::{Instead, Nested, Value as Example};
use super::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[
    Section {
        name: "github",
        form: Form::Once,
        about: "What `fetch` reads from GitHub. Needs `org` or `repos`.",
        keys: GITHUB,
    },
    Section { name: "pagerduty", form: Form::Once, about: "Incidents of PagerDuty.", keys: PAGERDUTY },
    Section {
        name: "pagerduty.caused_by_deploy",
        form: Form::NestedChoice,
        about: "What says whether a deployment caused the incident.",
        keys: PAGERDUTY_CAUSE,
    },
    Section {
        name: "pagerduty.deployment_ref",
        form: Form::NestedChoice,
        about: "What names the deployment.",
        keys: PAGERDUTY_REF,
    },
    Section { name: "opsgenie", form: Form::Once, about: "Incidents and alerts of OpsGenie.", keys: OPSGENIE },
    Section {
        name: "opsgenie.caused_by_deploy",
        form: Form::NestedChoice,
        about: "What says that a deployment caused it.",
        keys: ALERT_CAUSE,
    },
    Section {
        name: "opsgenie.deployment_ref",
        form: Form::NestedChoice,
        about: "What names the deployment.",
        keys: ALERT_REF,
    },
    Section { name: "jsm", form: Form::Once, about: "Alerts of Jira Service Management operations.", keys: JSM },
    Section {
        name: "jsm.caused_by_deploy",
        form: Form::NestedChoice,
        about: "What says that a deployment caused it.",
        keys: ALERT_CAUSE,
    },
    Section {
        name: "jsm.deployment_ref",
        form: Form::NestedChoice,
        about: "What names the deployment.",
        keys: ALERT_REF,
    },
    Section {
        name: "github_issues",
        form: Form::Once,
        about: "Issues of the repos of `[github]` as incidents, from opening to closing.",
        keys: GITHUB_ISSUES,
    },
];

const GITHUB: &[Key] = &[
    key(
        "org",
        Kind::Text,
        Nothing,
        Example("\"acme\""),
        "The organisation whose repos are read: all of them, unless `repos` names some.",
    ),
    key(
        "repos",
        Kind::Texts,
        Value("[]"),
        Example("[\"acme/checkout\", \"acme/web-*\"]"),
        "The repos to read, as `owner/name` or as patterns over the repos of an owner.",
    ),
    key("exclude", Kind::Texts, Value("[]"), Example("[\"acme/sandbox-*\"]"), "Patterns of repos not to read."),
    key(
        "token_env",
        Kind::Variable,
        Value("\"GITHUB_TOKEN\""),
        Example("\"GITHUB_TOKEN\""),
        "The environment variable that holds the token.",
    ),
    key(
        "app_id",
        Kind::Number(1, u32::MAX),
        Nothing,
        Instead("12345"),
        "A GitHub App in place of a token. Needs `installation_id` and `private_key_file` as well.",
    ),
    key("installation_id", Kind::Number(1, u32::MAX), Nothing, Instead("67890"), "The installation of the App."),
    key(
        "private_key_file",
        Kind::Text,
        Nothing,
        Instead("\"app.pem\""),
        "The private key of the App, a PEM file. The path is relative to `dora.toml`.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://api.github.com\""),
        Example("\"https://api.github.com\""),
        "GitHub Enterprise Server: `https://HOST/api/v3`; `ghe.com`: `https://api.NAME.ghe.com`.",
    ),
    key(
        "history_days",
        Kind::Number(1, 7_300),
        Value("365"),
        Example("365"),
        "How many days back the first fetch reads.",
    ),
    key(
        "concurrency",
        Kind::Number(1, 100),
        Value("8"),
        Example("8"),
        "The largest number of requests in flight, at most one per repo.",
    ),
    key(
        "deployments_from",
        Kind::Choice(&["deployments", "workflow-runs", "releases", "merged-pull-requests"]),
        Value("\"deployments\""),
        Example("\"deployments\""),
        "What counts as a deployment: GitHub's deployments, or a [proxy](config.md#proxies-for-deployments).",
    ),
    key(
        "only_production",
        Kind::Flag,
        Value("false"),
        Example("false"),
        "`true`: deployments of environments that do not count are not stored, and no finding can mention them.",
    ),
];

const PAGERDUTY: &[Key] = &[
    key(
        "token_env",
        Kind::Variable,
        Value("\"PAGERDUTY_TOKEN\""),
        Example("\"PAGERDUTY_TOKEN\""),
        "The variable with a read-only REST API key, or a scoped OAuth token with `incidents.read` and `services.read`. \
         Priorities also need `priorities.read`; custom fields need `incident_types.read` and `custom_fields.read`.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://api.pagerduty.com\""),
        Example("\"https://api.pagerduty.com\""),
        "EU: `https://api.eu.pagerduty.com`. `doctor` tells a wrong region from a wrong key.",
    ),
    key(
        "services",
        Kind::Texts,
        Value("[]"),
        Example("[\"PABC123\", \"Checkout\"]"),
        "Ids or names of the services to read; empty: all. Each has its own coverage: if one cannot be read, the figures of \
         its service and of the whole are missing.",
    ),
    key(
        "caused_by_deploy",
        Kind::Table,
        Value("{ custom_field = \"caused_by_deploy\" }"),
        Nested,
        "What says whether a deployment caused the incident; one of the next three keys. One request per incident, where the \
         account has the field.",
    ),
    key(
        "deployment_ref",
        Kind::Table,
        Nothing,
        Nested,
        "What names the deployment: its id, or 7 or more digits of its revision; one of the next three keys.",
    ),
    key(
        "change_events",
        Kind::Flag,
        Value("false"),
        Example("false"),
        "`true`: related change events name the deployment, in a detail (`deployment_id`, `deployment`, `revision`, `commit`, \
         `sha`) or by a whole sha in a link. One request per incident.",
    ),
    key(
        "acknowledgements",
        Kind::Flag,
        Value("false"),
        Example("false"),
        "`true`: reads the log entries of a resolved incident to find its first acknowledgement. One request per 100 entries, \
         at most 20.",
    ),
];

const PAGERDUTY_CAUSE: &[Key] = &[
    key(
        "custom_field",
        Kind::Text,
        Nothing,
        Example("\"caused_by_deploy\""),
        "The custom field of this name says yes or no.",
    ),
    key(
        "title",
        Kind::Text,
        Nothing,
        Instead("\"(?i)deploy\""),
        "A title that this regular expression matches says yes.",
    ),
    key(
        "note",
        Kind::Text,
        Nothing,
        Instead("\"(?i)bad deploy\""),
        "A note that this regular expression matches says yes.",
    ),
];

const PAGERDUTY_REF: &[Key] = &[
    key("custom_field", Kind::Text, Nothing, Example("\"deployment\""), "The custom field of this name."),
    key(
        "title",
        Kind::Text,
        Nothing,
        Instead("\"deploy ([0-9]+)\""),
        "The first group of this regular expression in the title.",
    ),
    key("note", Kind::Text, Nothing, Instead("\"sha ([0-9a-f]{7,40})\""), "The same in a note."),
];

const OPSGENIE: &[Key] = &[
    key(
        "token_env",
        Kind::Variable,
        Value("\"OPSGENIE_API_KEY\""),
        Example("\"OPSGENIE_API_KEY\""),
        "The variable with an API key that may read.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://api.opsgenie.com\""),
        Example("\"https://api.opsgenie.com\""),
        "EU: `https://api.eu.opsgenie.com`.",
    ),
    key(
        "read",
        Kind::Choices(&["incidents", "alerts"]),
        Value("[\"incidents\"]"),
        Example("[\"incidents\"]"),
        "Read incidents, alerts or both.",
    ),
    ALERTS_CAUSED_BY_DEPLOY,
    ALERTS_DEPLOYMENT_REF,
];

/// What OpsGenie and Jira Service Management, its successor, have in common.
const ALERTS_CAUSED_BY_DEPLOY: Key = key(
    "caused_by_deploy",
    Kind::Table,
    Value("{ tag = \"caused-by-deploy\" }"),
    Nested,
    "What says that a deployment caused it; one of the next two keys.",
);
const ALERTS_DEPLOYMENT_REF: Key = key("deployment_ref", Kind::Table, Nothing, Nested, "What names the deployment.");

const ALERT_CAUSE: &[Key] = &[
    key("tag", Kind::Text, Nothing, Example("\"caused-by-deploy\""), "This tag says yes."),
    key(
        "property",
        Kind::Text,
        Nothing,
        Instead("\"caused_by_deploy\""),
        "The extra property of an incident, or the detail of an alert, with this name. One request per alert.",
    ),
];

const ALERT_REF: &[Key] = &[key(
    "property",
    Kind::Text,
    Nothing,
    Example("\"deployment\""),
    "The extra property of an incident, or the detail of an alert, with this name.",
)];

const JSM: &[Key] = &[
    key(
        "cloud_id",
        Kind::Text,
        Required,
        Example("\"11223344-a1b2-c3d4-e5f6-112233445566\""),
        "The id of the site. `https://SITE.atlassian.net/_edge/tenant_info` shows it.",
    ),
    key(
        "site",
        Kind::Text,
        Nothing,
        Example("\"acme\""),
        "The name of the site or its whole address, so that alerts in the report link to their pages.",
    ),
    key(
        "email",
        Kind::Text,
        Nothing,
        Example("\"ops@acme.example\""),
        "The account of the API token. Without it, the token is an OAuth token.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"JSM_TOKEN\""),
        Example("\"JSM_TOKEN\""),
        "The variable with the token. A scoped token needs `read:ops-alert:jira-service-management`; with \
         `read:ops-config:jira-service-management` team names are read as well.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://api.atlassian.com\""),
        Example("\"https://api.atlassian.com\""),
        "The API of Atlassian.",
    ),
    ALERTS_CAUSED_BY_DEPLOY,
    ALERTS_DEPLOYMENT_REF,
];

const GITHUB_ISSUES: &[Key] = &[
    key(
        "labels",
        Kind::SomeTexts,
        Value("[\"incident\"]"),
        Example("[\"incident\"]"),
        "An issue with one of these labels is an incident.",
    ),
    key(
        "caused_by_deploy",
        Kind::Text,
        Value("\"caused-by-deploy\""),
        Example("\"caused-by-deploy\""),
        "The label that says that a deployment caused it.",
    ),
    key(
        "count_not_planned",
        Kind::Flag,
        Value("true"),
        Example("true"),
        "`true`: an issue closed as not planned counts as an incident without an end, because closing it restored nothing. \
         `false`: it does not count.",
    ),
];
