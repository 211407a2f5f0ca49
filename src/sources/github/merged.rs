//! Merged pull requests as a proxy for deployments: a merge into the default branch counts as a deployment at the time
//! of the merge. Merges into other branches are left out.
//!
//! GitHub lists them by their last change alone, which is never before the merge: whatever was merged since an instant
//! stands above everything that was last changed before it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::error::QueryError;
use super::list_pages::Listed;
use super::map::stand_in;
use super::page::PageSize;
use super::queries::MERGED_PULL_REQUESTS;
use super::source::{Source, parts};
use super::wire::{Actor, Connection, InRepository, Named, Oid};
use crate::domain::event::Deployment;
use crate::domain::kind::{DeploymentKind, STAND_IN_ENVIRONMENT};
use crate::domain::time::Timestamp;
use crate::sources::instants::{instant, maybe_instant};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    name_with_owner: String,
    url: String,
    default_branch_ref: Option<Named>,
    pull_requests: Connection<Merged>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "they are those of the wire")]
struct Merged {
    id: String,
    /// A number, in a string or not: it exceeds what JSON's readers agree on.
    full_database_id: Option<Value>,
    base_ref_name: String,
    merge_commit: Option<Oid>,
    #[serde(deserialize_with = "maybe_instant")]
    merged_at: Option<Timestamp>,
    #[serde(deserialize_with = "instant")]
    updated_at: Timestamp,
    url: String,
    author: Option<Actor>,
}

impl Source {
    /// A page of merged pull requests as rows.
    pub(super) async fn merged_pull_requests(
        &self,
        name: &str,
        after: Option<&str>,
        size: &mut PageSize,
    ) -> Result<Listed, QueryError> {
        let (owner, repo_name) = parts(name)?;
        let variables = |first: u32| json!({"owner": owner, "name": repo_name, "first": first, "after": after});
        let page: InRepository<Page> = self.page(name, size, MERGED_PULL_REQUESTS, variables).await?;
        let Page { name_with_owner: name, url, default_branch_ref, pull_requests: list } = page.repository;
        let span = list.nodes.first().zip(list.nodes.last()).map(|(new, old)| (new.updated_at, old.updated_at));
        let branch = default_branch_ref.map(|branch| branch.name);
        let counted = list.nodes.into_iter().filter(|merged| Some(&merged.base_ref_name) == branch.as_ref());
        let rows = counted.filter_map(|merged| row(&name, merged, self.plan.began)).collect();
        Ok(Listed { name, url, rows, span, page_info: list.page_info })
    }
}

/// A merged pull request as a row.
fn row(repo: &str, merged: Merged, observed_at: Timestamp) -> Option<Deployment> {
    let at = merged.merged_at?;
    let number = match merged.full_database_id {
        Some(Value::String(number)) => number,
        Some(Value::Number(number)) => number.to_string(),
        _ => merged.id,
    };
    Some(Deployment {
        environment: Some(STAND_IN_ENVIRONMENT.into()),
        sha: merged.merge_commit.map(|commit| commit.oid),
        r#ref: Some(merged.base_ref_name),
        creator: merged.author.map(|author| author.login),
        url: Some(merged.url),
        ..stand_in(DeploymentKind::MergedPullRequests, &number, repo, at, observed_at)
    })
}
