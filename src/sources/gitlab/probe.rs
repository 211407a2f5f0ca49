//! What a token can read in GitLab: the projects with their deployments, merge requests and commits.

use serde::de::IgnoredAny;

use super::places::{self, Target, Targets, Unlisted};
use crate::sources::incidents::Probe;
use crate::sources::incidents::absent::Listed;
use crate::sources::incidents::api::Api;
use crate::sources::incidents::error::{QueryError, SourceError};

/// The maximum number of projects to check, with three requests each.
const MOST: usize = 50;

/// Checks the projects.
pub(super) async fn look(api: &Api, targets: Targets) -> Result<Probe, SourceError> {
    let scopes = targets.projects.len() + targets.refused.len();
    let mut probe = Probe { scopes, called: "projects", ..Probe::default() };
    probe.problems = targets.refused.into_iter().map(Unlisted::problem).collect();
    let rest = targets.projects.len().saturating_sub(MOST);
    for target in targets.projects.into_iter().take(MOST) {
        let name = target.name().to_owned();
        match of(api, target).await {
            Ok(()) => probe.lists.push(name),
            Err(error) => {
                let (reason, _) = error.reason()?;
                probe.problems.push((name, reason));
            }
        }
    }
    if rest > 0 {
        probe.missing.push(format!("{rest} projects were not checked, only the first {MOST} by name"));
    }
    Ok(probe)
}

async fn of(api: &Api, target: Target) -> Result<(), QueryError> {
    let project = match target {
        Target::Shown(project) => project,
        Target::Named(name) => places::project(api, &name).await?,
    };
    let id = project.id.to_string();
    for list in [&["deployments"][..], &["merge_requests"], &["repository", "commits"]] {
        let path: Vec<&str> = ["api", "v4", "projects", &id].into_iter().chain(list.iter().copied()).collect();
        match api.get::<Listed<IgnoredAny>>(&path, &[("per_page", "1")]).await {
            Ok(_) => {}
            // An empty repository has no commits.
            Err(QueryError::Gone(_)) if list.len() > 1 => {}
            Err(QueryError::Denied(reason) | QueryError::Gone(reason)) => {
                return Err(QueryError::Denied(format!(
                    "its {} are not shown: {reason}",
                    list.join(" ").replace('_', " ")
                )));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
