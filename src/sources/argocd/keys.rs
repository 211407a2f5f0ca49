//! The keys of `[argocd]`.

use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::{Instead, Nested, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[
    Section {
        name: "argocd",
        form: Form::Once,
        about: "Deployments of Argo CD: the syncs of applications.",
        keys: KEYS,
    },
    Section {
        name: "argocd.environment",
        form: Form::NestedChoice,
        about: "Where the environment of an application comes from.",
        keys: ENVIRONMENT,
    },
];

const KEYS: &[Key] = &[
    key("api_url", Kind::Address, Required, Example("\"https://argocd.acme.example\""), "The address of the server."),
    key(
        "applications",
        Kind::Texts,
        Value("[]"),
        Example("[\"*-production\"]"),
        "Names of the applications to read; `*` matches any text. Empty: all applications that the token can read.",
    ),
    key(
        "projects",
        Kind::Texts,
        Value("[]"),
        Example("[\"shop\"]"),
        "Names of the projects whose applications are read. Empty: all projects that the token can read.",
    ),
    key(
        "selector",
        Kind::Text,
        Nothing,
        Example("\"preview!=true\""),
        "A Kubernetes label selector, for example to leave out preview applications.",
    ),
    key(
        "environment",
        Kind::Table,
        Value("{ from = \"namespace\" }"),
        Nested,
        "Where the environment of an application comes from: set one of the next three keys.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"ARGOCD_TOKEN\""),
        Example("\"ARGOCD_TOKEN\""),
        "The variable with a token of an account or a project role that has the permission `get` for the applications.",
    ),
];

const ENVIRONMENT: &[Key] = &[
    key(
        "from",
        Kind::Choice(&["namespace", "project"]),
        Nothing,
        Example("\"namespace\""),
        "The namespace that the application deploys to, or its project in Argo CD.",
    ),
    key(
        "label",
        Kind::Text,
        Nothing,
        Instead("\"environment\""),
        "The label of the application whose value is the environment.",
    ),
    key("name", Kind::Text, Nothing, Instead("\"production\""), "The environment of all applications."),
];
