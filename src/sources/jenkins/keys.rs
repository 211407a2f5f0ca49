//! The keys of `[jenkins]`.

use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::{Instead, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "jenkins",
    form: Form::Once,
    about: "Builds of the jobs of Jenkins that deploy, as a proxy for deployments.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    key(
        "api_url",
        Kind::Address,
        Required,
        Example("\"https://ci.acme.example\""),
        "The address of the server, with the path below which Jenkins is, if it has one.",
    ),
    key(
        "jobs",
        Kind::SomeTexts,
        Required,
        Example("[\"deploy/*\"]"),
        "Full names of the jobs whose builds deploy, with their folders: `folder/job`; `*` stands for any text. A branch of \
         a multibranch pipeline is a job in a folder: `web/main`.",
    ),
    key(
        "repo",
        Kind::Text,
        Nothing,
        Example("\"acme/web\""),
        "The repo that these jobs deploy. Without it each build is of the repo of its first git checkout.",
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
        "The parameter of a build that names its environment. A build without it has none.",
    ),
    key(
        "user",
        Kind::Text,
        Nothing,
        Example("\"ann\""),
        "The user whose API token the key is. Without it, the key is sent as a bearer token.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"JENKINS_TOKEN\""),
        Example("\"JENKINS_TOKEN\""),
        "The variable with the API token of a user who may read the jobs (Overall/Read and Job/Read).",
    ),
];
