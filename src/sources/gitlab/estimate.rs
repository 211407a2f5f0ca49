//! What a first run would read of each project: the length of each list, found by doubling the page number.

use serde::de::IgnoredAny;

use super::issues::INCIDENT;
use super::places::{self, Target};
use super::{SERVICE, changes::PAGE};
use crate::sources::estimate::{Estimate, RequestEstimate};
use crate::sources::incidents::Plan;
use crate::sources::incidents::absent::Listed;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::QueryError;

/// No list takes more requests to be estimated: GitLab shows no page behind the 500th.
const MOST_PAGES: u64 = 512;

/// Requests for a project by itself: its name, and per 100 merge requests their list and their details.
pub(super) async fn of(api: &Api, plan: &Plan, target: &Target) -> Result<Estimate, QueryError> {
    let project = match target {
        Target::Shown(project) => project.clone(),
        Target::Named(name) => places::project(api, name).await?,
    };
    let id = project.id.to_string();
    let since = plan.since.to_rfc3339();
    let by_change = [("order_by", "updated_at"), ("sort", "asc"), ("updated_after", since.as_str())];
    let deployments = at_most(api, &[&id, "deployments"], &by_change).await?;
    let merged = [("state", "merged"), ("scope", "all"), by_change[0], by_change[1], by_change[2]];
    let requests = match at_most(api, &[&id, "merge_requests"], &merged).await {
        Err(QueryError::Denied(_) | QueryError::Gone(_)) => 0,
        found => found?,
    };
    // Without a deployment no commit is read.
    let commits = match deployments {
        0 => 0,
        _ => at_most(api, &[&id, "repository", "commits"], &[("since", since.as_str())]).await?,
    };
    let pages = |rows: u64| 1 + rows.div_ceil(PAGE as u64 - 1);
    let of_commits = commits.div_ceil(PAGE as u64);
    let usual = 1 + pages(deployments) + pages(requests) + requests.div_ceil(200) + of_commits;
    // A deployment off the line of the others takes a page of its own, and a merge request with many notes likewise.
    let most = usual + deployments + requests + of_commits;
    Ok(Estimate {
        scope: project.path_with_namespace,
        deployments,
        commits,
        usual: RequestEstimate { requests: usual, points: 0 },
        most: RequestEstimate { requests: most, points: 0 },
        ..Estimate::default()
    })
}

/// The incidents of a project, and the known ones that a run may request one by one.
pub(super) async fn incidents(
    api: &Api,
    plan: &Plan,
    target: &Target,
    labels: &[String],
    known: u64,
) -> Result<Estimate, QueryError> {
    let project = match target {
        Target::Shown(project) => project.clone(),
        Target::Named(name) => places::project(api, name).await?,
    };
    let (id, since) = (project.id.to_string(), plan.since.to_rfc3339());
    let (mut incidents, mut pages) = (0, 0);
    for (filter, value) in
        [("issue_type", INCIDENT)].into_iter().chain(labels.iter().map(|label| ("labels", &label[..])))
    {
        let query =
            [(filter, value), ("scope", "all"), ("order_by", "updated_at"), ("sort", "asc"), ("updated_after", &since)];
        let rows = at_most(api, &[&id, "issues"], &query).await?;
        incidents += rows;
        pages += 1 + rows.div_ceil(PAGE as u64 - 1);
    }
    Ok(Estimate {
        scope: project.path_with_namespace,
        incidents,
        usual: RequestEstimate { requests: 1 + pages, points: 0 },
        most: RequestEstimate { requests: 1 + pages + known, points: 0 },
        ..Estimate::default()
    })
}

/// How many rows a list has at most: never fewer than there are, and less than twice as many or a page more.
async fn at_most(api: &Api, path: &[&str], query: &[(&str, &str)]) -> Result<u64, QueryError> {
    let path: Vec<&str> = ["api", "v4", "projects"].iter().chain(path).copied().collect();
    let size = PAGE.to_string();
    let mut number = 1_u64;
    loop {
        let page = number.to_string();
        let mut query = query.to_vec();
        query.extend([("per_page", size.as_str()), ("page", page.as_str())]);
        let Listed { rows, nulls } = api.get::<Listed<IgnoredAny>>(&path, &query).await?;
        let shown = (rows.len() + nulls) as u64;
        if shown < PAGE as u64 {
            return Ok((number - 1) * PAGE as u64 + shown);
        }
        if number >= MOST_PAGES {
            return Err(QueryError::Here(format!(
                "{SERVICE} shows more than {} entries of one list; fetch a shorter span with --since",
                number * PAGE as u64
            )));
        }
        number *= 2;
    }
}
