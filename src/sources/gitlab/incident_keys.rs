//! The keys of `[gitlab_incidents]`.

use crate::document::keys::Default::Value;
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "gitlab_incidents",
    form: Form::Once,
    about: "Incidents of the projects of `[gitlab]`, read with the address and token of that section.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    key(
        "labels",
        Kind::Texts,
        Value("[]"),
        Example("[\"incident\"]"),
        "Labels of issues that are incidents whatever their type. Issues of type incident are always incidents.",
    ),
    key(
        "caused_by_deploy",
        Kind::Text,
        Value("\"caused-by-deploy\""),
        Example("\"caused-by-deploy\""),
        "The label of incidents that a deployment caused.",
    ),
];
