//! The keys that the sections of described services have in common.

use crate::document::keys::Default::{Nothing, Value};
use crate::document::keys::Example::{Instead, Nested, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

/// `caused_by_deploy` in the section itself.
pub(in crate::sources) const CAUSED_BY_DEPLOY: Key = key(
    "caused_by_deploy",
    Kind::Table,
    Value("{ tag = \"caused-by-deploy\" }"),
    Nested,
    "How to recognise an incident that a deployment caused: set one of the next two keys.",
);

/// `deployment_ref` in the section itself.
pub(in crate::sources) const DEPLOYMENT_REF: Key = key(
    "deployment_ref",
    Kind::Table,
    Nothing,
    Nested,
    "Where an incident names the deployment that caused it: the id, or at least 7 digits of the revision.",
);

/// What says that a deployment caused it.
pub(in crate::sources) const fn cause(name: &'static str) -> Section {
    const KEYS: &[Key] = &[
        key(
            "tag",
            Kind::Text,
            Nothing,
            Example("\"caused-by-deploy\""),
            "The tag of incidents that a deployment caused.",
        ),
        key(
            "custom_field",
            Kind::Text,
            Nothing,
            Instead("\"caused_by_deploy\""),
            "The custom field that says yes or no.",
        ),
    ];
    let about = "How to recognise an incident that a deployment caused.";
    Section { name, form: Form::NestedChoice, about, keys: KEYS }
}

/// What names the deployment.
pub(in crate::sources) const fn reference(name: &'static str) -> Section {
    const KEYS: &[Key] = &[key(
        "custom_field",
        Kind::Text,
        Nothing,
        Example("\"deployment\""),
        "The custom field that names the deployment.",
    )];
    Section {
        name,
        form: Form::NestedChoice,
        about: "Where an incident names the deployment that caused it.",
        keys: KEYS,
    }
}
