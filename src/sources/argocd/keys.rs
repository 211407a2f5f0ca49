//! The keys of `[argocd]`.

use crate::document::keys::Default::{Nothing, Required, Value};
use crate::document::keys::Example::{Instead, Nested, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[
    Section { name: "argocd", form: Form::Once, about: "Syncs of Argo CD's applications, as deployments.", keys: KEYS },
    Section {
        name: "argocd.environment",
        form: Form::NestedChoice,
        about: "What names the environment of an application.",
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
        "Names of the applications to read; `*` stands for any text. Empty: all that the key shows.",
    ),
    key(
        "environment",
        Kind::Table,
        Value("{ from = \"namespace\" }"),
        Nested,
        "What names the environment of an application; one of the next three keys.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"ARGOCD_TOKEN\""),
        Example("\"ARGOCD_TOKEN\""),
        "The variable with a token of an account or a project's role that may `get` these applications.",
    ),
];

const ENVIRONMENT: &[Key] = &[
    key(
        "from",
        Kind::Choice(&["namespace", "project"]),
        Nothing,
        Example("\"namespace\""),
        "The namespace that it deploys to, or its project in Argo CD.",
    ),
    key("label", Kind::Text, Nothing, Instead("\"environment\""), "The label of the application with this name."),
    key("name", Kind::Text, Nothing, Instead("\"production\""), "This name, for all of them."),
];
