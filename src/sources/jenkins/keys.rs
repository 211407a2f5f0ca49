//! The keys of `[jenkins]`.

use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::{Instead, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "jenkins",
    form: Form::Once,
    about: "Builds of Jenkins, as a proxy for deployments.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    key(
        "api_url",
        Kind::Address,
        Required,
        Example("\"https://ci.acme.example\""),
        "The address of Jenkins, including its path on the server, if it has one.",
    ),
    key(
        "jobs",
        Kind::SomeTexts,
        Required,
        Example("[\"deploy/*\"]"),
        "Full names of the jobs whose builds deploy, with their folders: `folder/job`; `*` matches any text. A branch \
         of a multibranch pipeline is a job in a folder: `web/main`.",
    ),
    key(
        "repo",
        Kind::Text,
        Nothing,
        Example("\"acme/web\""),
        "The repo that all these jobs deploy. Without this key, a build deploys the repo of its first git checkout.",
    ),
    key(
        "environment",
        Kind::Text,
        Value("\"production\""),
        Example("\"production\""),
        "The environment that the builds deploy to.",
    ),
    key(
        "environment_parameter",
        Kind::Text,
        Nothing,
        Instead("\"ENVIRONMENT\""),
        "The build parameter that contains the environment. A build without this parameter has no environment.",
    ),
    key(
        "user",
        Kind::Text,
        Nothing,
        Example("\"ann\""),
        "The user who owns the API token. Without this key, the token is sent as a bearer token.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"JENKINS_TOKEN\""),
        Example("\"JENKINS_TOKEN\""),
        "The variable with the API token of a user who may read the jobs (Overall/Read and Job/Read).",
    ),
];
