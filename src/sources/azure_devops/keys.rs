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
    key(
        "organization",
        Kind::Text,
        Required,
        Example("\"acme\""),
        "The name of the organisation; for a self-hosted server, the name of the collection.",
    ),
    key("projects", Kind::SomeTexts, Required, Example("[\"Shop\"]"), "The names of the projects to read."),
    key(
        "releases",
        Kind::Flag,
        Value("true"),
        Example("true"),
        "`false`: `fetch` does not read release pipelines. The environment of a release is the name of its stage.",
    ),
    key(
        "environments",
        Kind::Texts,
        Value("[\"*\"]"),
        Example("[\"production\"]"),
        "Names of the environments of YAML pipelines to read; `*` matches any text. `[]`: none.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"AZURE_DEVOPS_TOKEN\""),
        Example("\"AZURE_DEVOPS_TOKEN\""),
        "The variable with a personal access token that has the scopes Release (Read), Build (Read) and Environment \
         (Read & manage), or with an access token from Microsoft Entra.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://dev.azure.com\""),
        Example("\"https://dev.azure.com\""),
        "The address of Azure DevOps; for a self-hosted server, without the collection.",
    ),
];
