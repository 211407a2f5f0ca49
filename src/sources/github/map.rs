//! Converts GitHub's records to rows.
//!
//! A deployment ever given the status `success` is one, and went live with the first of them, whatever came after:
//! GitHub moves a superseded one to `inactive`. Else the first `failure` or `error` ends it; else it is unfinished and
//! its status is the newest, in lower case, known to us or not.

use super::wire;
use crate::domain::event::{Commit, Deployment, PullRequest};
use crate::domain::kind::DeploymentKind;
use crate::domain::status::{State, supersedes};
use crate::domain::time::Timestamp;

/// The name under which rows and coverage stand.
pub(super) const SOURCE: &str = "github";

/// What every row of one repo shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repo {
    /// `owner/name`, as GitHub writes it now.
    pub(super) name: String,
    /// Its page, for people.
    pub(super) url: String,
    /// When its rows are read.
    pub(super) observed_at: Timestamp,
}

/// A deployment with all its statuses, in any order.
pub(super) fn deployment(repo: &Repo, wire: wire::Deployment, statuses: &[wire::Status]) -> Deployment {
    let (status, finished_at) = outcome(statuses);
    Deployment {
        source: SOURCE.into(),
        id: wire.database_id.to_string(),
        repo: repo.name.clone(),
        environment: wire.environment,
        sha: Some(wire.commit_oid),
        r#ref: wire.r#ref.map(|named| named.name),
        status,
        created_at: wire.created_at,
        finished_at,
        task: wire.task,
        creator: wire.creator.map(|actor| actor.login),
        url: Some(format!("{}/deployments", repo.url)),
        observed_at: repo.observed_at,
    }
}

/// Status and end of a deployment.
fn outcome(statuses: &[wire::Status]) -> (String, Option<Timestamp>) {
    let names: Vec<String> = statuses.iter().map(|status| status.state.to_lowercase()).collect();
    // Statuses come newest first: of two at the same instant, the later in the list came first.
    let history = names.iter().zip(statuses).rev().map(|(status, wire)| State {
        status,
        at: wire.created_at,
        finished_at: Some(wire.created_at),
    });
    match history.reduce(|a, b| if supersedes(b, a) { b } else { a }) {
        None => ("pending".into(), None),
        Some(state) => (state.status.to_owned(), state.finished_at.filter(|_| state.is_terminal())),
    }
}

/// A commit; which pull request brought it is the caller's.
pub(super) fn commit(repo: &Repo, wire: wire::Commit, parents: Vec<String>) -> Commit {
    Commit {
        repo: repo.name.clone(),
        sha: wire.oid,
        parents: Some(parents),
        authored_at: wire.authored_date,
        committed_at: wire.committed_date,
        pull_request: None,
        observed_at: repo.observed_at,
    }
}

/// Whether both the first review by another person and the first approval are among the reviews that were read.
pub(super) fn is_reviewed(pull_request: &wire::PullRequest) -> bool {
    let (first_review, approval) = reviewed(pull_request);
    first_review.is_some() && approval.is_some()
}

/// The first review by a person other than the author, and the first approval.
fn reviewed(pull_request: &wire::PullRequest) -> (Option<Timestamp>, Option<Timestamp>) {
    let author = pull_request.author.as_ref().map(|actor| actor.login.as_str());
    let first = |wanted: &dyn Fn(&wire::Review) -> bool| {
        let reviews = pull_request.reviews.iter().flat_map(|list| &list.nodes);
        reviews.filter(|review| wanted(review)).filter_map(|review| review.submitted_at).min()
    };
    let by_another_person = |review: &wire::Review| match &review.author {
        Some(reviewer) => reviewer.kind.as_deref() != Some("Bot") && author != Some(reviewer.login.as_str()),
        // A deleted account is a person, but two deleted accounts cannot be distinguished.
        None => author.is_some(),
    };
    (first(&by_another_person), first(&|review| review.state == "APPROVED"))
}

/// A merged pull request.
pub(super) fn pull_request(repo: &Repo, wire: wire::PullRequest) -> PullRequest {
    let (first_review_at, approved_at) = reviewed(&wire);
    PullRequest {
        repo: repo.name.clone(),
        number: wire.number,
        title: Some(wire.title),
        labels: wire.labels.map(|list| list.nodes).unwrap_or_default().into_iter().map(|label| label.name).collect(),
        head_ref: Some(wire.head_ref_name),
        opened_at: wire.created_at,
        first_commit_at: wire.commits.nodes.first().map(|listed| listed.commit.authored_date),
        first_review_at,
        approved_at,
        merged_at: wire.merged_at,
        merge_sha: wire.merge_commit.map(|commit| commit.oid),
        observed_at: repo.observed_at,
        author: wire.author.map(|actor| actor.login),
    }
}

/// A row of a proxy for a deployment without duration; the caller sets place, revision and author.
pub(super) fn stand_in(
    kind: DeploymentKind,
    number: &str,
    repo: &str,
    at: Timestamp,
    observed_at: Timestamp,
) -> Deployment {
    Deployment {
        source: SOURCE.into(),
        id: kind.id(number),
        repo: repo.to_owned(),
        status: "success".into(),
        created_at: at,
        finished_at: Some(at),
        task: kind.task().map(str::to_owned),
        observed_at,
        ..Deployment::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn repo() -> Repo {
        Repo { name: "acme/shop".into(), url: "https://github.com/acme/shop".into(), observed_at: Timestamp(9) }
    }

    fn statuses(list: &[(&str, i64)]) -> Vec<wire::Status> {
        let status = |&(state, at): &(&str, i64)| wire::Status { state: state.into(), created_at: Timestamp(at) };
        list.iter().map(status).collect()
    }

    #[test]
    fn the_first_success_counts_regardless_of_other_statuses() {
        for (list, status, end) in [
            (vec![("INACTIVE", 9), ("SUCCESS", 5), ("SUCCESS", 3), ("IN_PROGRESS", 1)], "success", Some(3)),
            (vec![("FAILURE", 9), ("SUCCESS", 5)], "success", Some(5)),
            (vec![("SUCCESS", 9), ("FAILURE", 5)], "success", Some(9)),
            (vec![("INACTIVE", 9), ("ERROR", 5), ("FAILURE", 4)], "failure", Some(4)),
            (vec![("INACTIVE", 9), ("IN_PROGRESS", 5)], "inactive", None),
            (vec![("WAITING", 9), ("QUEUED", 5)], "waiting", None),
            (vec![("NEW_STATE", 9)], "new_state", None),
            (vec![("IN_PROGRESS", 5), ("QUEUED", 5)], "in_progress", None),
            (vec![], "pending", None),
        ] {
            assert_eq!(outcome(&statuses(&list)), (status.to_owned(), end.map(Timestamp)), "{list:?}");
        }
    }

    #[test]
    fn an_id_beyond_32_bits_and_missing_parts_are_read() {
        let wire: wire::Deployment = serde_json::from_value(json!({
            "id": "DE_x", "databaseId": 3_881_429_895_i64, "commitOid": "a1", "environment": null, "task": null,
            "createdAt": "2026-02-20T00:30:37Z", "ref": null, "creator": null, "statuses": null
        }))
        .expect("a deployment");
        let row = deployment(&repo(), wire, &[]);
        assert_eq!(
            (row.id.as_str(), row.status.as_str(), row.r#ref, row.creator),
            ("3881429895", "pending", None, None)
        );
        assert_eq!(row.url.as_deref(), Some("https://github.com/acme/shop/deployments"));
    }

    fn reviewed(author: &Value, reviews: &Value) -> PullRequest {
        let wire = serde_json::from_value(json!({
            "id": "PR_7", "number": 7, "title": "t", "headRefName": "h", "createdAt": "2026-02-01T00:00:00Z", "author": author,
            "mergedAt": "2026-02-03T00:00:00Z", "mergeCommit": {"oid": "m"}, "labels": {"nodes": [{"name": "x"}]},
            "commits": {"nodes": [{"commit": {"authoredDate": "2026-01-31T00:00:00Z"}}]}, "reviews": {"pageInfo": {"hasNextPage": false, "endCursor": null}, "nodes": reviews}
        }));
        pull_request(&repo(), wire.expect("a pull request"))
    }

    #[test]
    fn only_a_person_other_than_the_author_reviews() {
        let review =
            |at: &str, state: &str, author: Value| json!({"submittedAt": at, "state": state, "author": author});
        let user = |login: &str| json!({"__typename": "User", "login": login});
        let row = reviewed(
            &user("ann"),
            &json!([
                review("2026-02-01T01:00:00Z", "COMMENTED", json!({"__typename": "Bot", "login": "lint"})),
                review("2026-02-01T02:00:00Z", "COMMENTED", user("ann")),
                {"submittedAt": null, "state": "PENDING", "author": user("bob")},
                review("2026-02-01T04:00:00Z", "APPROVED", user("bob")),
                review("2026-02-01T03:00:00Z", "CHANGES_REQUESTED", user("cy")),
            ]),
        );
        let at = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
        assert_eq!(at(row.first_review_at).as_deref(), Some("2026-02-01T03:00:00Z"));
        assert_eq!(at(row.approved_at).as_deref(), Some("2026-02-01T04:00:00Z"));
        assert_eq!(at(row.first_commit_at).as_deref(), Some("2026-01-31T00:00:00Z"));
        let ghosts = reviewed(&Value::Null, &json!([review("2026-02-01T01:00:00Z", "COMMENTED", Value::Null)]));
        assert_eq!(ghosts.first_review_at, None);
    }
}
