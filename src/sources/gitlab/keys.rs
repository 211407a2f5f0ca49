//! The keys of `[gitlab]`.

use crate::document::keys::Default::{Nothing, Value};
use crate::document::keys::Example::Value as Example;
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "gitlab",
    form: Form::Once,
    about: "Deployments, commits and merge requests of GitLab.",
    keys: KEYS,
}];

const KEYS: &[Key] = &[
    key(
        "groups",
        Kind::Texts,
        Nothing,
        Example("[\"acme\", \"tools/ci\"]"),
        "Groups and users whose projects are read, including the projects of subgroups. `groups` or `projects` is \
         required.",
    ),
    key(
        "projects",
        Kind::Texts,
        Nothing,
        Example("[\"acme/shop/checkout\", \"acme/web-*\"]"),
        "Full paths of projects to read, or patterns that begin with a group: `acme/web-*`. `*` also matches `/`.",
    ),
    key(
        "exclude",
        Kind::Texts,
        Value("[]"),
        Example("[\"acme/sandbox/*\"]"),
        "Projects not to read: full paths or patterns.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://gitlab.com\""),
        Example("\"https://gitlab.com\""),
        "The address of the server, for a self-managed server `https://gitlab.example.com`.",
    ),
    key(
        "token_env",
        Kind::Variable,
        Value("\"GITLAB_TOKEN\""),
        Example("\"GITLAB_TOKEN\""),
        "The variable with a personal, group or project access token that has the scope `read_api`, or an OAuth token.",
    ),
    key(
        "only_production",
        Kind::Flag,
        Value("false"),
        Example("false"),
        "`true`: `fetch` keeps only deployments to production. Findings about staging need the other environments.",
    ),
    key(
        "history_days",
        Kind::Number(1, 7_300),
        Value("365"),
        Example("365"),
        "How many days back the first fetch goes; `--since` overrides it.",
    ),
    key("concurrency", Kind::Number(1, 100), Value("8"), Example("8"), "Projects read at once."),
];
