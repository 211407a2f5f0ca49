//! Deployments of release pipelines: one per attempt to bring a release to a stage.

use std::collections::BTreeSet;

use url::Url;

use super::builds::{Builds, branch, builds, repo};
use super::wire::{self, Artifact};
use super::{AzureDevOps, VERSION};
use crate::domain::time::Timestamp;
use crate::sources::deployments::{Page, Row};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;

/// In the cloud, releases have a host of their own.
const CLOUD: (&str, &str) = ("dev.azure.com", "vsrm.dev.azure.com");

fn address(azure: &AzureDevOps, api: &Api, project: &str, from: Timestamp, query: &[(&str, &str)]) -> Url {
    let path = [azure.organisation.as_str(), project, "_apis", "release", "deployments"];
    let from = from.to_string();
    let mut all = vec![VERSION, ("minStartedTime", from.as_str())];
    all.extend_from_slice(query);
    let mut url = api.address(&path, &all);
    if url.host_str() == Some(CLOUD.0) {
        // Replacing a host name by another one cannot fail.
        let _ = url.set_host(Some(CLOUD.1));
    }
    url
}

pub(super) async fn page(
    azure: &AzureDevOps,
    api: &Api,
    project: &str,
    from: Timestamp,
    next: Option<&str>,
) -> Result<Page, QueryError> {
    let mut query = vec![("queryOrder", "ascending"), ("$top", "100")];
    query.extend(next.map(|token| ("continuationToken", token)));
    let url = address(azure, api, project, from, &query);
    let (reply, next) = api.get_continued::<wire::List<wire::Deployment>>(&url).await?;
    let artifacts = reply.value.rows.iter().flat_map(wire::Deployment::artifacts);
    // A release may deploy a build of another project.
    let home = |artifact: &Artifact| {
        let named =
            artifact.reference("project").and_then(|project| project.id.clone().or_else(|| project.name.clone()));
        named.unwrap_or_else(|| project.to_owned())
    };
    let ids: BTreeSet<(String, i64)> =
        artifacts.filter_map(|artifact| Some((home(artifact), artifact.build()?))).collect();
    let builds = builds(azure, api, ids).await?;
    let (shown, nulls) = (reply.value.rows.len(), reply.value.nulls);
    let rows: Vec<Row> = reply.value.rows.into_iter().filter_map(|one| row(azure, project, one, &builds)).collect();
    Ok(Page { skipped: nulls + shown - rows.len(), rows, next, ..Page::default() })
}

pub(super) fn row(azure: &AzureDevOps, project: &str, one: wire::Deployment, builds: &Builds) -> Option<Row> {
    let created_at = one.started_on.or(one.queued_on)?;
    let status = match (one.operation_status.as_deref(), one.status.as_deref()) {
        (Some("canceled" | "Canceled" | "rejected" | "Rejected"), _) => "cancelled".to_owned(),
        (_, Some("succeeded" | "partiallySucceeded")) => "success".to_owned(),
        (_, Some("failed")) => "failure".to_owned(),
        (_, Some("inProgress")) => "in_progress".to_owned(),
        (_, Some("notDeployed") | None) => "pending".to_owned(),
        (_, Some(other)) => other.to_lowercase(),
    };
    let release = one.release.as_ref();
    let artifacts = one.artifacts();
    // Without a primary artifact, the first artifact with a revision counts.
    let found =
        || artifacts.iter().filter_map(|artifact| Some((artifact, revision(azure, project, artifact, builds)?)));
    let revision = found().find(|(artifact, _)| artifact.is_primary == Some(true)).or_else(|| found().next());
    let (repo, sha, r#ref) = revision.map_or((None, None, None), |(_, it)| (Some(it.0), it.1, it.2));
    Some(Row {
        id: format!("release/{}", one.id),
        repo,
        environment: one.release_environment.and_then(|it| it.name),
        sha,
        r#ref,
        status,
        created_at,
        finished_at: one.completed_on,
        creator: one.requested_for.and_then(|person| person.display_name),
        url: release.and_then(|release| release.links.as_ref()).and_then(wire::Links::web),
    })
}

type Revision = (String, Option<String>, Option<String>);

/// Repo, revision and branch of an artifact: those of its build, or its own where it is a repo.
fn revision(azure: &AzureDevOps, project: &str, artifact: &Artifact, builds: &Builds) -> Option<Revision> {
    if let Some(id) = artifact.build() {
        let build = builds.get(&id)?;
        return Some((repo(build)?, build.source_version.clone(), build.source_branch.as_deref().map(branch)));
    }
    let of = |name: &str| artifact.reference(name);
    let repo = match artifact.kind.as_deref()? {
        "GitHub" => of("definition")?.name.clone()?,
        "Git" => {
            let project = of("project").and_then(|it| it.name.as_deref()).unwrap_or(project);
            format!("{}/{project}/{}", azure.organisation, of("definition")?.name.as_deref()?)
        }
        _ => return None,
    };
    Some((repo, of("version")?.id.clone(), of("branch").and_then(|it| it.name.as_deref()).map(branch)))
}

/// The maximum number of deployments: they are numbered in order, so the oldest and the newest id bound it.
pub(super) async fn extent(
    azure: &AzureDevOps,
    api: &Api,
    project: &str,
    from: Timestamp,
) -> Result<Option<u64>, QueryError> {
    let mut ends = [0, 0];
    for (end, order) in ends.iter_mut().zip(["ascending", "descending"]) {
        let url = address(azure, api, project, from, &[("queryOrder", order), ("$top", "1")]);
        let (reply, _) = api.get_continued::<wire::List<wire::Deployment>>(&url).await?;
        let Some(first) = reply.value.rows.first() else { return Ok(Some(0)) };
        *end = first.id;
    }
    Ok(Some(u64::try_from(ends[1].saturating_sub(ends[0])).unwrap_or(0) + 1))
}
