//! The keys of `[pagerduty]`.

use crate::document::keys::Default::{Nothing, Value};
use crate::document::keys::Example::{Instead, Nested, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[
    Section { name: "pagerduty", form: Form::Once, about: "Incidents of PagerDuty.", keys: KEYS },
    Section {
        name: "pagerduty.caused_by_deploy",
        form: Form::NestedChoice,
        about: "What says whether a deployment caused the incident.",
        keys: CAUSE,
    },
    Section {
        name: "pagerduty.deployment_ref",
        form: Form::NestedChoice,
        about: "What names the deployment.",
        keys: REFERENCE,
    },
];

const KEYS: &[Key] = &[
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

const CAUSE: &[Key] = &[
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

const REFERENCE: &[Key] = &[
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
