//! `[gitlab]`: which projects are read.

use std::sync::Arc;

use serde_json::{Value, json};

use super::keys::SECTIONS;
use super::places::{Places, group_of};
use super::{GitLab, SOURCE};
use crate::document::{ConfigError, Endpoint, Section, Text, api_url, variable};
use crate::domain::event::Table;
use crate::domain::glob::{Glob, sorted};
use crate::sources::incidents::Plan;
use crate::sources::provider::{Account, Connection, Provider, Reader};

/// GitLab in the registry.
pub(in crate::sources) const PROVIDER: Provider = Provider {
    sections: SECTIONS,
    gives: &[Table::Deployments, Table::Commits, Table::PullRequests],
    variable: Some(("GITLAB_TOKEN", "an access token with the scope `read_api`")),
    list: "incidents",
    ..Provider::new(SOURCE, "GitLab", read)
};

/// The values of the section.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) api_url: Endpoint,
    pub(super) token_env: String,
    pub(super) places: Places,
    only_production: bool,
    history_days: u32,
    concurrency: u32,
}

fn read(section: &Section<'_>) -> Result<Reader, ConfigError> {
    Ok(Reader::Account(Arc::new(settings(section)?)))
}

/// Reads the section.
pub(super) fn settings(section: &Section<'_>) -> Result<Settings, ConfigError> {
    let texts = |key| section.texts(key).map(Option::unwrap_or_default);
    let groups = texts("groups")?.iter().map(group).collect::<Result<Vec<_>, _>>()?;
    let projects = texts("projects")?.iter().map(project).collect::<Result<Vec<_>, _>>()?;
    if groups.is_empty() && projects.is_empty() {
        return Err(section.incomplete("needs `groups = [\"acme\"]` or `projects = [\"acme/shop/checkout\"]`"));
    }
    let exclude = texts("exclude")?.iter().map(|text| text.read(Glob::new)).collect::<Result<Vec<_>, _>>()?;
    Ok(Settings {
        api_url: of_the_server(api_url(section, "https://gitlab.com")?),
        token_env: variable(section, "token_env")?.unwrap_or_else(|| "GITLAB_TOKEN".into()),
        places: Places { groups, projects, exclude },
        only_production: section.flag("only_production")?.unwrap_or(false),
        history_days: section.number("history_days", 1, 7_300)?.unwrap_or(365),
        concurrency: section.number("concurrency", 1, 100)?.unwrap_or(8),
    })
}

/// The address of the server, also if the configuration has the address of its REST API.
fn of_the_server(written: Endpoint) -> Endpoint {
    let server = written.as_str().strip_suffix("/api/v4").map(Endpoint::parse);
    server.and_then(Result::ok).unwrap_or(written)
}

fn group(text: &Text<'_>) -> Result<String, ConfigError> {
    let group = text.value.trim_matches('/');
    if group.is_empty() || group.contains(['*', '?', '[', '{', '\\']) || group.contains("://") {
        return Err(text.unusable("not a group; write its path, like `acme` or `acme/shop`"));
    }
    Ok(group.to_owned())
}

fn project(text: &Text<'_>) -> Result<Glob, ConfigError> {
    let glob = text.read(Glob::new)?;
    let value = text.value;
    if value.contains("://") || value.starts_with('/') || value.ends_with('/') || !value.contains('/') {
        return Err(text.unusable(format!("`{value}` is not a project; write its path, like `acme/shop/checkout`")));
    }
    if !glob.is_literal() && group_of(value).is_none() {
        return Err(text.unusable(format!("`{value}` does not begin with a group; write the group out, like `acme/*`")));
    }
    Ok(glob)
}

impl Account for Settings {
    fn api_url(&self) -> &Endpoint {
        &self.api_url
    }

    fn token_env(&self) -> &str {
        &self.token_env
    }

    fn repo_pages(&self) -> Option<&Endpoint> {
        Some(&self.api_url)
    }

    fn history_days(&self) -> Option<u32> {
        Some(self.history_days)
    }

    fn concurrency(&self) -> Option<u32> {
        Some(self.concurrency)
    }

    fn digest(&self) -> Value {
        let mut groups = self.places.groups.clone();
        groups.sort_unstable();
        json!([groups, sorted(&self.places.projects), sorted(&self.places.exclude), self.only_production])
    }

    fn connect(&self, plan: Plan) -> Box<dyn Connection> {
        Box::new(GitLab { plan, places: self.places.clone(), only_production: self.only_production })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_api_becomes_that_of_the_server() {
        for (written, meant) in [
            ("https://gitlab.com/api/v4", "https://gitlab.com"),
            ("https://host.example/gitlab/api/v4", "https://host.example/gitlab"),
            ("https://host.example", "https://host.example"),
        ] {
            assert_eq!(of_the_server(Endpoint::parse(written).expect("an address")).as_str(), meant);
        }
    }
}
