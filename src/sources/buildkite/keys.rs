//! The keys of `[buildkite]`.

use crate::document::keys::Default::{Required, Value};
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "buildkite",
    form: Form::Once,
    about: "Builds of Buildkite, as a proxy for deployments.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    key("organization", Kind::Text, Required, Example("\"acme\""), "The slug of the organisation."),
    key(
        "pipelines",
        Kind::SomeTexts,
        Required,
        Example("[\"deploy-*\"]"),
        "Slugs of the pipelines whose builds deploy; `*` matches any text. A build deploys the repo of its pipeline.",
    ),
    key(
        "branches",
        Kind::Texts,
        Value("[]"),
        Example("[\"main\"]"),
        "Branches whose builds deploy; `*` matches any text. Empty: all branches.",
    ),
    key(
        "environment",
        Kind::Text,
        Value("\"production\""),
        Example("\"production\""),
        "The environment that the builds deploy to.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"BUILDKITE_TOKEN\""),
        Example("\"BUILDKITE_TOKEN\""),
        "The variable with an API access token that has the scopes `read_builds` and `read_pipelines`.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://api.buildkite.com\""),
        Example("\"https://api.buildkite.com\""),
        "The address of the API.",
    ),
];
