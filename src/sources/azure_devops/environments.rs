//! Environments of YAML pipelines and their deployment records.

use std::collections::HashSet;

use super::builds::{branch, builds, repo};
use super::wire::{self, Record};
use super::{AzureDevOps, PREVIEW, Place};
use crate::domain::time::Timestamp;
use crate::sources::deployments::{Named, Page, Row};
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;

const AT_ONCE: &str = "100";

/// The environments of a project that are read, each a list.
pub(super) async fn lists(azure: &AzureDevOps, api: &Api, project: &str) -> Result<Vec<Named<Place>>, QueryError> {
    let path = [azure.organisation.as_str(), project, "_apis", "distributedtask", "environments"];
    let (mut lists, mut next, mut seen) = (Vec::new(), None::<String>, HashSet::new());
    loop {
        let mut query = vec![PREVIEW, ("$top", AT_ONCE)];
        query.extend(next.as_deref().map(|token| ("continuationToken", token)));
        let (reply, further) = api.get_continued::<wire::List<wire::Environment>>(&api.address(&path, &query)).await?;
        let wanted =
            reply.value.rows.into_iter().filter(|it| azure.environments.iter().any(|glob| glob.matches(&it.name)));
        lists.extend(wanted.map(|it| Named {
            name: format!("{project}/environments/{}", it.name),
            repo: None,
            place: Place::Environment { project: project.to_owned(), id: it.id, name: it.name },
        }));
        next = further.filter(|token| seen.insert(token.clone()));
        if next.is_none() {
            return Ok(lists);
        }
    }
}

async fn records(
    azure: &AzureDevOps,
    api: &Api,
    project: &str,
    id: i64,
    next: Option<&str>,
) -> Result<(wire::List<Record>, Option<String>), QueryError> {
    let (id, organisation) = (id.to_string(), azure.organisation.as_str());
    let path = [organisation, project, "_apis", "distributedtask", "environments", &id, "environmentdeploymentrecords"];
    // One part of the documentation calls the parameter `top`, another `$top`; the wrong one is ignored.
    let mut query = vec![PREVIEW, ("top", AT_ONCE), ("$top", AT_ONCE)];
    query.extend(next.map(|token| ("continuationToken", token)));
    api.get_continued(&api.address(&path, &query)).await
}

/// Whether a page shows that the next pages are older than the span.
fn is_last(records: &[Record], from: Timestamp) -> bool {
    let begun: Vec<Timestamp> = records.iter().filter_map(Record::began).collect();
    begun.is_sorted_by(|newer, older| newer >= older) && begun.last().is_some_and(|oldest| *oldest < from)
}

pub(super) async fn page(
    azure: &AzureDevOps,
    api: &Api,
    (project, id, name): (&str, i64, &str),
    from: Timestamp,
    next: Option<&str>,
) -> Result<Page, QueryError> {
    let (reply, further) = records(azure, api, project, id, next).await?;
    let wanted = reply.value.rows.iter().filter(|record| record.began().is_some_and(|at| at >= from));
    let ids = wanted.filter_map(|record| Some((project.to_owned(), record.owner.as_ref()?.id?))).collect();
    let builds = builds(azure, api, ids).await?;
    let next = further.filter(|_| !is_last(&reply.value.rows, from));
    let (shown, nulls) = (reply.value.rows.len(), reply.value.nulls);
    let rows: Vec<Row> = reply
        .value
        .rows
        .into_iter()
        .filter_map(|record| {
            let created_at = record.began()?;
            let owner = record.owner;
            let build = owner.as_ref().and_then(|owner| builds.get(&owner.id?));
            let link = owner.as_ref().and_then(|owner| owner.links.as_ref()).and_then(wire::Links::web);
            Some(Row {
                id: format!("environment/{}", record.id),
                repo: build.and_then(repo),
                environment: Some(name.to_owned()),
                sha: build.and_then(|build| build.source_version.clone()),
                r#ref: build.and_then(|build| build.source_branch.as_deref()).map(branch),
                status: status(record.result.as_deref()),
                created_at,
                finished_at: record.finish_time,
                creator: build.and_then(|build| build.requested_for.as_ref()?.display_name.clone()),
                url: link,
            })
        })
        .collect();
    Ok(Page { skipped: nulls + shown - rows.len(), rows, next, ..Page::default() })
}

/// The status of a record; without a result, it is in progress.
fn status(result: Option<&str>) -> String {
    match result {
        None => "in_progress".to_owned(),
        Some("succeeded" | "succeededWithIssues") => "success".to_owned(),
        Some("failed") => "failure".to_owned(),
        Some("canceled") => "cancelled".to_owned(),
        Some(other) => other.to_lowercase(),
    }
}
