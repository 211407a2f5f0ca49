//! Converts GitLab's records to rows.
//!
//! GitLab keeps the last state of a deployment and the instant at which its job ended. If a job runs again, GitLab
//! records a new deployment, so no state is lost.

use super::SOURCE;
use super::details::Details;
use super::repo::Repo;
use super::wire;
use crate::domain::event::{Commit, Deployment, PullRequest};

/// A deployment.
pub(super) fn deployment(repo: &Repo, wire: wire::Deployment) -> Deployment {
    let status = status(wire.status.as_deref().unwrap_or_default());
    let (job_name, job_url, job_user, job_end) =
        wire.deployable.map_or((None, None, None, None), |job| (job.name, job.web_url, job.user, job.finished_at));
    // A deployment without a job was reported through the API, and its last change is the report of its end.
    let end = wire.finished_at.or(job_end).unwrap_or(wire.updated_at);
    let is_over = matches!(status.as_str(), "success" | "failure" | "cancelled");
    let environment = wire.environment;
    let page = environment.as_ref().and_then(|it| it.id).zip(repo.url.as_deref());
    Deployment {
        source: SOURCE.into(),
        id: wire.id.to_string(),
        repo: repo.name.clone(),
        environment: environment.as_ref().and_then(|it| it.name.clone()),
        sha: wire.sha,
        r#ref: wire.r#ref,
        status,
        created_at: wire.created_at,
        finished_at: is_over.then_some(end),
        task: job_name,
        // Whoever starts a manual job deploys, and the deployment keeps who made the pipeline.
        creator: job_user.or(wire.user).and_then(|user| user.username),
        url: job_url.or_else(|| page.map(|(id, project)| format!("{project}/-/environments/{id}"))),
        observed_at: repo.observed_at,
    }
}

/// The dataset's name of a state of GitLab; an unknown state is kept in lower case.
fn status(theirs: &str) -> String {
    match theirs {
        "" | "created" => "pending".into(),
        "running" => "in_progress".into(),
        "failed" => "failure".into(),
        "canceled" => "cancelled".into(),
        "blocked" => "waiting".into(),
        other => other.to_lowercase(),
    }
}

/// A commit; `None` where GitLab does not show all of its parents: it would look like the end of a history.
pub(super) fn commit(repo: &Repo, wire: wire::Commit, pull_request: Option<i64>) -> Option<Commit> {
    let parents = parents(&wire)?;
    let committed_at = wire.committed_date.or(wire.created_at).unwrap_or_default();
    Some(Commit {
        repo: repo.name.clone(),
        sha: wire.id,
        parents: Some(parents),
        authored_at: wire.authored_date.unwrap_or_default(),
        committed_at,
        pull_request,
        observed_at: repo.observed_at,
    })
}

/// The parents of a commit; `None` where GitLab does not show all of them.
pub(super) fn parents(wire: &wire::Commit) -> Option<Vec<String>> {
    wire.parent_ids.clone()?.into_iter().collect()
}

/// The commit that a merge made on the target branch: the merge commit, else the squashed one, else (where the branch
/// was fast-forwarded) its head.
pub(super) fn merge_sha(wire: &wire::MergeRequest) -> Option<&String> {
    let shas = [&wire.merge_commit_sha, &wire.squash_commit_sha, &wire.sha];
    shas.into_iter().flatten().find(|sha| !sha.is_empty())
}

/// A merged merge request.
pub(super) fn pull_request(repo: &Repo, wire: wire::MergeRequest, details: &Details) -> PullRequest {
    PullRequest {
        repo: repo.name.clone(),
        number: wire.iid,
        merge_sha: merge_sha(&wire).cloned(),
        title: wire.title,
        author: wire.author.and_then(|author| author.username),
        labels: wire.labels,
        head_ref: wire.source_branch,
        opened_at: wire.created_at,
        first_commit_at: details.first_commit_at,
        first_review_at: details.first_review_at,
        approved_at: details.approved_at,
        merged_at: wire.merged_at,
        observed_at: repo.observed_at,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::time::Timestamp;

    fn repo() -> Repo {
        Repo {
            id: "7".into(),
            name: "acme/shop/web".into(),
            url: Some("https://gitlab.com/acme/shop/web".into()),
            observed_at: Timestamp(9),
        }
    }

    fn row(status: &str, job: &Value) -> Deployment {
        let wire = serde_json::from_value(json!({
            "id": 3_881_429_895_i64, "sha": "a1", "ref": "main", "status": status, "created_at": "2026-02-20T00:30:37.123Z",
            "updated_at": "2026-02-21T00:00:00Z", "environment": {"id": 4, "name": "production"}, "deployable": job,
        }));
        deployment(&repo(), wire.expect("a deployment"))
    }

    #[test]
    fn a_deployment_ends_with_its_job_and_without_a_job_with_its_last_change() {
        let at = |row: Deployment| (row.status, row.finished_at.map(Timestamp::to_rfc3339));
        let job = json!({"name": "deploy", "finished_at": "2026-02-20T01:00:00Z"});
        let (ended, changed) = (Some("2026-02-20T01:00:00Z".to_owned()), Some("2026-02-21T00:00:00Z".to_owned()));
        for (status, job, wanted, end) in [
            ("success", &job, "success", ended.clone()),
            ("failed", &job, "failure", ended.clone()),
            ("canceled", &Value::Null, "cancelled", changed.clone()),
            ("success", &Value::Null, "success", changed),
            ("running", &job, "in_progress", None),
            ("created", &Value::Null, "pending", None),
            ("blocked", &Value::Null, "waiting", None),
            ("skipped", &Value::Null, "skipped", None),
            ("Levitating", &Value::Null, "levitating", None),
        ] {
            assert_eq!(at(row(status, job)), (wanted.to_owned(), end), "{status}");
        }
    }

    #[test]
    fn whatever_may_be_absent_may_be_null() {
        let wire = serde_json::from_value(json!({
            "id": 1, "sha": null, "ref": null, "status": null, "created_at": null, "updated_at": null, "user": null,
            "environment": null, "deployable": {"name": null, "finished_at": null},
        }));
        let row = deployment(&repo(), wire.expect("a deployment"));
        assert_eq!((row.status.as_str(), row.environment, row.url), ("pending", None, None));
        let commit = |parents: Value| {
            let wire = serde_json::from_value(json!({"id": "c", "parent_ids": parents, "authored_date": null}));
            super::commit(&repo(), wire.expect("a commit"), None).map(|row| row.parents)
        };
        assert_eq!(commit(json!(["a", "b"])), Some(Some(vec!["a".into(), "b".into()])));
        assert_eq!(commit(json!(["a", null])), None, "without one of its parents it would look like an end");
        assert_eq!(commit(Value::Null), None);
    }
}
