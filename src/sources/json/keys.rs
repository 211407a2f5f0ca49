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
    "What says that a deployment caused the incident; one of the next two keys.",
);

/// `deployment_ref` in the section itself.
pub(in crate::sources) const DEPLOYMENT_REF: Key = key(
    "deployment_ref",
    Kind::Table,
    Nothing,
    Nested,
    "What names the deployment: its id, or 7 or more digits of its revision.",
);

/// What says that a deployment caused it.
pub(in crate::sources) const fn cause(name: &'static str) -> Section {
    const KEYS: &[Key] = &[
        key("tag", Kind::Text, Nothing, Example("\"caused-by-deploy\""), "This tag says yes."),
        key(
            "custom_field",
            Kind::Text,
            Nothing,
            Instead("\"caused_by_deploy\""),
            "The custom field of this name says yes or no.",
        ),
    ];
    let about = "What says that a deployment caused the incident.";
    Section { name, form: Form::NestedChoice, about, keys: KEYS }
}

/// What names the deployment.
pub(in crate::sources) const fn reference(name: &'static str) -> Section {
    const KEYS: &[Key] =
        &[key("custom_field", Kind::Text, Nothing, Example("\"deployment\""), "The custom field of this name.")];
    Section { name, form: Form::NestedChoice, about: "What names the deployment.", keys: KEYS }
}
