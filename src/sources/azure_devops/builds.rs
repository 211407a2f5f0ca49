//! The builds of deployments: repo, revision and branch.

use std::collections::{BTreeMap, BTreeSet};

use super::wire;
use super::{AzureDevOps, VERSION};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::repo_address::repo_of;

/// Builds by id.
pub(super) type Builds = BTreeMap<i64, wire::Build>;

/// Requests builds by their ids, all at once, including deleted builds. Builds that Azure DevOps has purged are
/// missing.
pub(super) async fn builds(
    azure: &AzureDevOps,
    api: &Api,
    project: &str,
    ids: BTreeSet<i64>,
) -> Result<Builds, QueryError> {
    if ids.is_empty() {
        return Ok(Builds::new());
    }
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    let path = [azure.organisation.as_str(), project, "_apis", "build", "builds"];
    let query = [VERSION, ("buildIds", &ids.join(",")), ("deletedFilter", "includeDeleted")];
    let reply: wire::List<wire::Build> = api.get(&path, &query).await?;
    Ok(reply.value.rows.into_iter().map(|build| (build.id, build)).collect())
}

/// The repo of a build: from its address, else from its id, which is the name for repos on other hosts.
pub(super) fn repo(build: &wire::Build) -> Option<String> {
    let repository = build.repository.as_ref()?;
    let of_address = repository.url.as_deref().and_then(repo_of);
    of_address.or_else(|| repository.id.clone().filter(|id| id.contains('/')))
}

/// The branch without its prefix.
pub(super) fn branch(name: &str) -> String {
    name.strip_prefix("refs/heads/").unwrap_or(name).to_owned()
}
