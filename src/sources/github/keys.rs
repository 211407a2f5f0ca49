//! The keys of `[github]`.

use crate::document::keys::Default::{Nothing, Value};
use crate::document::keys::Example::{Instead, Value as Example};
use crate::document::keys::{Form, Key, Kind, Section, key};

pub(super) const SECTIONS: &[Section] = &[Section {
    name: "github",
    form: Form::Once,
    about: "What `fetch` reads from GitHub. Needs `org` or `repos`.",
    keys: GITHUB,
}];

const GITHUB: &[Key] = &[
    key(
        "org",
        Kind::Text,
        Nothing,
        Example("\"acme\""),
        "The organisation whose repos are read: all of them, unless `repos` names some.",
    ),
    key(
        "repos",
        Kind::Texts,
        Value("[]"),
        Example("[\"acme/checkout\", \"acme/web-*\"]"),
        "The repos to read, as `owner/name` or as patterns over the repos of an owner.",
    ),
    key("exclude", Kind::Texts, Value("[]"), Example("[\"acme/sandbox-*\"]"), "Patterns of repos not to read."),
    key(
        "token_env",
        Kind::Variable,
        Value("\"GITHUB_TOKEN\""),
        Example("\"GITHUB_TOKEN\""),
        "The environment variable that holds the token.",
    ),
    key(
        "app_id",
        Kind::Number(1, u32::MAX),
        Nothing,
        Instead("12345"),
        "A GitHub App in place of a token. Needs `installation_id` and `private_key_file` as well.",
    ),
    key("installation_id", Kind::Number(1, u32::MAX), Nothing, Instead("67890"), "The installation of the App."),
    key(
        "private_key_file",
        Kind::Text,
        Nothing,
        Instead("\"app.pem\""),
        "The private key of the App, a PEM file. The path is relative to `dora.toml`.",
    ),
    key(
        "api_url",
        Kind::Address,
        Value("\"https://api.github.com\""),
        Example("\"https://api.github.com\""),
        "GitHub Enterprise Server: `https://HOST/api/v3`; `ghe.com`: `https://api.NAME.ghe.com`.",
    ),
    key(
        "history_days",
        Kind::Number(1, 7_300),
        Value("365"),
        Example("365"),
        "How many days back the first fetch reads.",
    ),
    key(
        "concurrency",
        Kind::Number(1, 100),
        Value("8"),
        Example("8"),
        "The largest number of requests in flight, at most one per repo.",
    ),
    key(
        "deployments_from",
        Kind::Choice(&["deployments", "workflow-runs", "releases", "merged-pull-requests"]),
        Value("\"deployments\""),
        Example("\"deployments\""),
        "What counts as a deployment: GitHub's deployments, or a [proxy](config.md#proxies-for-deployments).",
    ),
    key(
        "only_production",
        Kind::Flag,
        Value("false"),
        Example("false"),
        "`true`: deployments of environments that do not count are not stored, and no finding can mention them.",
    ),
];
