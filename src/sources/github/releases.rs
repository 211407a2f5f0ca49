//! Releases as a proxy for deployments: publishing a release counts as a deployment of its tag's revision.
//!
//! Drafts do not count. A pre-release goes to an environment of its own, so that it does not count unless that is
//! configured.

use serde::Deserialize;
use serde_json::json;

use super::error::QueryError;
use super::list_pages::Listed;
use super::map::stand_in;
use super::page::PageSize;
use super::queries::RELEASES;
use super::source::{Source, parts};
use super::wire::{Actor, Connection, InRepository, Oid};
use crate::domain::event::Deployment;
use crate::domain::kind::{DeploymentKind, STAND_IN_ENVIRONMENT};
use crate::domain::time::Timestamp;
use crate::sources::instants::{instant, maybe_instant};

const PRE_RELEASE: &str = "pre-release";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    name_with_owner: String,
    url: String,
    releases: Connection<Release>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Release {
    database_id: Option<i64>,
    tag_name: String,
    tag_commit: Option<Oid>,
    is_draft: bool,
    is_prerelease: bool,
    #[serde(deserialize_with = "instant")]
    created_at: Timestamp,
    #[serde(deserialize_with = "maybe_instant")]
    published_at: Option<Timestamp>,
    url: String,
    author: Option<Actor>,
}

impl Source {
    /// A page of releases as rows.
    pub(super) async fn releases(
        &self,
        name: &str,
        after: Option<&str>,
        size: &mut PageSize,
    ) -> Result<Listed, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let variables = |first: u32| json!({"owner": owner, "name": repo_name, "first": first, "after": after});
        let page: InRepository<Page> = self.page(name, size, RELEASES, variables).await?;
        let Page { name_with_owner: name, url, releases } = page.repository;
        let span = releases.nodes.first().zip(releases.nodes.last()).map(|(new, old)| (new.created_at, old.created_at));
        let rows = releases.nodes.into_iter().filter_map(|release| row(&name, release, self.plan.began)).collect();
        Ok(Listed { name, url, rows, span, page_info: releases.page_info })
    }
}

/// A published release as a row.
fn row(repo: &str, release: Release, observed_at: Timestamp) -> Option<Deployment> {
    let published_at = release.published_at.filter(|_| !release.is_draft)?;
    let number = release.database_id?.to_string();
    let environment = if release.is_prerelease { PRE_RELEASE } else { STAND_IN_ENVIRONMENT };
    Some(Deployment {
        environment: Some(environment.into()),
        sha: release.tag_commit.map(|commit| commit.oid),
        r#ref: Some(release.tag_name),
        creator: release.author.map(|author| author.login),
        url: Some(release.url),
        ..stand_in(DeploymentKind::Releases, &number, repo, published_at, observed_at)
    })
}
