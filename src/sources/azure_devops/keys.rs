//! The keys of `[azure_devops]`.

use crate::document::keys::Default::{Required, Value};
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "azure_devops",
    form: Form::Once,
    about: "Deployments of Azure DevOps: of release pipelines to stages, and of YAML pipelines to environments.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    key("organization", Kind::Text, Required, Example("\"acme\""), "The organisation, or the collection of a server."),
    key("projects", Kind::SomeTexts, Required, Example("[\"Shop\"]"), "The projects to read."),
    key(
        "releases",
        Kind::Flag,
        Value("true"),
        Example("true"),
        "Whether deployments of release pipelines are read. The name of the stage is the environment.",
    ),
    key(
        "environments",
        Kind::Texts,
        Value("[\"*\"]"),
        Example("[\"production\"]"),
        "Names of the environments of YAML pipelines to read; `*` stands for any text, and `[]` reads none.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"AZURE_DEVOPS_TOKEN\""),
        Example("\"AZURE_DEVOPS_TOKEN\""),
        "The variable with a personal access token with the scopes Release (Read), Build (Read) and Environment (Read & \
         manage: there is no smaller one), or an access token of Entra.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://dev.azure.com\""),
        Example("\"https://dev.azure.com\""),
        "The API. A server of your own: its address without the collection.",
    ),
];
