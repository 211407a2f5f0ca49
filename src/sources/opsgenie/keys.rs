//! The keys of `[opsgenie]` and `[jsm]`.

use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::{Instead, Nested, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const OPSGENIE_SECTIONS: &[Section] = &[
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
];

pub(super) const JSM_SECTIONS: &[Section] = &[
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
