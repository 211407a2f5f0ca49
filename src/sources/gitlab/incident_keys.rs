//! The keys of `[gitlab_incidents]`.

use crate::document::keys::Default::Value;
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "gitlab_incidents",
    form: Form::Once,
    about: "Incidents of the projects of `[gitlab]`, from opening to closing; read with its address and token.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    key(
        "labels",
        Kind::Texts,
        Value("[]"),
        Example("[\"incident\"]"),
        "Issues of any type with one of these labels are incidents too, beside those of type incident.",
    ),
    key(
        "caused_by_deploy",
        Kind::Text,
        Value("\"caused-by-deploy\""),
        Example("\"caused-by-deploy\""),
        "The label that says that a deployment caused it.",
    ),
];
