//! `[github]`: where deployments, commits and pull requests are read.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::keys::SECTIONS;
use crate::document::{ConfigError, Endpoint, Section, Text, api_url, variable};
use crate::domain::event::Table;
use crate::domain::glob::{Glob, sorted};
use crate::domain::kind::DeploymentKind;
use crate::sources::provider::{Provider, Reader};

/// GitHub in the registry.
pub(crate) const PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Deployments, Table::Commits, Table::PullRequests],
    variable: Some(("GITHUB_TOKEN", "a token")),
    ..Provider::new("github", "GitHub", |section| Ok(Reader::Github(Box::new(read(section)?))))
};

/// How the program signs in to GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GithubAuth {
    /// A token in this environment variable.
    Token {
        /// The variable's name.
        variable: String,
    },
    /// A GitHub App, which creates its own tokens.
    App {
        /// The app.
        app_id: u32,
        /// Its installation in the organisation.
        installation_id: u32,
        /// File of its private key, as written.
        private_key_file: PathBuf,
    },
}

/// The section `[github]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Github {
    /// Base of the REST API, without a slash at its end.
    pub api_url: Endpoint,
    /// How to sign in.
    pub auth: GithubAuth,
    /// The organisation whose repos are read. All its repos are read unless [`Github::repos`] names some.
    pub org: Option<String>,
    /// Repos to read. If the owner is a wildcard, it means [`Github::org`].
    pub repos: Vec<Glob>,
    /// Repos not to read.
    pub exclude: Vec<Glob>,
    /// What counts as a deployment.
    pub deployments_from: DeploymentKind,
    /// Whether only deployments to production environments are kept; findings need the others.
    pub only_production: bool,
    /// How many days back the first fetch goes.
    pub history_days: u32,
    /// Requests in flight at once.
    pub concurrency: u32,
}

impl Github {
    /// The settings on which figures depend.
    pub fn digest(&self) -> Value {
        json!([
            self.org,
            sorted(&self.repos),
            sorted(&self.exclude),
            self.deployments_from.as_str(),
            self.only_production,
        ])
    }
}

/// Reads the section.
///
/// # Errors
/// A key is not valid.
pub(crate) fn read(section: &Section<'_>) -> Result<Github, ConfigError> {
    let org = section.text("org")?;
    if let Some(org) = &org
        && !org.value.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
    {
        return Err(org.unusable("not the name of an organisation; write it alone, like `acme`"));
    }
    let repos = section.texts("repos")?.unwrap_or_default();
    if org.is_none() && repos.is_empty() {
        return Err(section.incomplete("needs `org = \"acme\"` or `repos = [\"acme/checkout\"]`"));
    }
    let exclude = section.texts("exclude")?.unwrap_or_default();
    let deployments_from = section.text("deployments_from")?.map_or(Ok(DeploymentKind::Deployments), |text| {
        text.choose(&DeploymentKind::FETCHED.map(|kind| (kind.as_str(), kind)))
    })?;
    Ok(Github {
        api_url: of_the_api(api_url(section, "https://api.github.com")?),
        auth: auth(section)?,
        repos: repos.iter().map(|text| repo(text, org.is_some())).collect::<Result<_, _>>()?,
        exclude: exclude.iter().map(|text| text.read(Glob::new)).collect::<Result<_, _>>()?,
        org: org.map(|text| text.value.to_owned()),
        deployments_from,
        only_production: section.flag("only_production")?.unwrap_or(false),
        history_days: section.number("history_days", 1, 7_300)?.unwrap_or(365),
        concurrency: section.number("concurrency", 1, 100)?.unwrap_or(8),
    })
}

/// A repo to read. Its owner must be known, because matching repos are listed by owner.
fn repo(text: &Text<'_>, has_org: bool) -> Result<Glob, ConfigError> {
    let glob = text.read(Glob::new)?;
    let Some((owner, name)) = text.value.split_once('/') else {
        return Err(text.unusable(format!("`{0}` has no owner; write `owner/{0}`", text.value)));
    };
    if owner.is_empty() || name.is_empty() || (glob.is_literal() && name.contains('/')) {
        return Err(text.unusable(format!("`{}` is not a repo; write `owner/name`", text.value)));
    }
    if !has_org && owner.contains(['*', '?', '[', '{', '\\']) {
        return Err(text.unusable(format!("`{}`: write the owner out, or name it with `org`", text.value)));
    }
    Ok(glob)
}

fn auth(section: &Section<'_>) -> Result<GithubAuth, ConfigError> {
    let token = variable(section, "token_env")?;
    let app_id = section.number("app_id", 1, u32::MAX)?;
    let installation_id = section.number("installation_id", 1, u32::MAX)?;
    let private_key_file = section.text("private_key_file")?.map(|text| PathBuf::from(text.value));
    match (token, app_id, installation_id, private_key_file) {
        (Some(variable), None, None, None) => Ok(GithubAuth::Token { variable }),
        (None, None, None, None) => Ok(GithubAuth::Token { variable: "GITHUB_TOKEN".into() }),
        (None, Some(app_id), Some(installation_id), Some(private_key_file)) => {
            Ok(GithubAuth::App { app_id, installation_id, private_key_file })
        }
        (Some(_), ..) => Err(section.incomplete(
            "has both `token_env` and keys of a GitHub App; keep `token_env`, or `app_id`, `installation_id` and \
             `private_key_file`",
        )),
        (None, ..) => {
            Err(section
                .incomplete("needs `app_id`, `installation_id` and `private_key_file` together for a GitHub App"))
        }
    }
}

/// The address of the API, if the address of the website is given: for github.com and for a company's `ghe.com`.
fn of_the_api(written: Endpoint) -> Endpoint {
    let host = written.as_str().strip_prefix("https://").unwrap_or_default().to_ascii_lowercase();
    let is_of_pages =
        host == "github.com" || host.strip_suffix(".ghe.com").is_some_and(|name| !name.contains(['.', '/']));
    let api = is_of_pages.then(|| Endpoint::parse(&format!("https://api.{host}")).ok()).flatten();
    api.unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_address_on_ghe_com_becomes_the_api_address() {
        for (written, meant) in [
            ("https://acme.ghe.com", "https://api.acme.ghe.com"),
            ("https://api.acme.ghe.com", "https://api.acme.ghe.com"),
            ("https://github.com", "https://api.github.com"),
            ("https://ghes.acme.io/api/v3", "https://ghes.acme.io/api/v3"),
            ("https://x.acme.ghe.com/api", "https://x.acme.ghe.com/api"),
        ] {
            assert_eq!(of_the_api(Endpoint::parse(written).expect("an address")).as_str(), meant);
        }
    }
}
