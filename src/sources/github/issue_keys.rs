//! The keys of `[github_issues]`.

use crate::document::keys::Default::Value;
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "github_issues",
    form: Form::Once,
    about: "Issues of the repos of `[github]` as incidents, from opening to closing.",
    keys: GITHUB_ISSUES,
}];

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
