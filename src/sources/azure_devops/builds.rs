//! The builds of deployments: repo, revision and branch.

use std::collections::{BTreeMap, BTreeSet};

use super::wire;
use super::{AzureDevOps, VERSION};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;
use crate::sources::repo_address::repo_of;

/// Builds by id.
pub(super) type Builds = BTreeMap<i64, wire::Build>;

/// Requests builds by project and id, all of a project at once, including deleted builds. Builds that Azure DevOps has
/// purged are missing.
pub(super) async fn builds(azure: &AzureDevOps, api: &Api, ids: BTreeSet<(String, i64)>) -> Result<Builds, QueryError> {
    let mut by_project: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (project, id) in ids {
        by_project.entry(project).or_default().push(id.to_string());
    }
    let mut builds = Builds::new();
    for (project, ids) in by_project {
        let path = [azure.organisation.as_str(), &project, "_apis", "build", "builds"];
        let query = [VERSION, ("buildIds", &ids.join(",")), ("deletedFilter", "includeDeleted")];
        let reply: wire::List<wire::Build> = api.get(&path, &query).await?;
        builds.extend(reply.value.rows.into_iter().map(|build| (build.id, build)));
    }
    Ok(builds)
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
