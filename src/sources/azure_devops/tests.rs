//! Rows of documented replies.

use serde_json::json;

use super::builds::Builds;
use super::releases::row;
use super::{AzureDevOps, wire};
use crate::domain::time::Timestamp;

fn azure() -> AzureDevOps {
    AzureDevOps { organisation: "acme".into(), projects: vec!["Shop".into()], releases: true, environments: Vec::new() }
}

fn deployment(statuses: [&str; 2], artifacts: &serde_json::Value) -> wire::Deployment {
    let reply = json!({
        "id": 41, "attempt": 1, "deploymentStatus": statuses[0], "operationStatus": statuses[1],
        "queuedOn": "2026-03-01T10:00:00.123Z", "startedOn": "2026-03-01T10:05:00Z", "completedOn": "2026-03-01T10:07:00Z",
        "requestedFor": {"displayName": "Ann"}, "releaseEnvironment": {"id": 7, "name": "Production"},
        "release": {"id": 3, "name": "Release-3", "artifacts": artifacts, "_links": {"web": {"href": "https://x.example/3"}}},
    });
    serde_json::from_value(reply).expect("a deployment")
}

fn builds() -> Builds {
    let build = json!({"id": 501, "sourceVersion": "2222222222222222222222222222222222222222",
        "sourceBranch": "refs/heads/main", "repository": {"id": "f0", "type": "TfsGit",
        "url": "https://dev.azure.com/acme/Shop/_git/web"}});
    let build: wire::Build = serde_json::from_value(build).expect("a build");
    [(build.id, build)].into()
}

#[test]
fn a_release_has_repo_and_revision_of_the_build_that_it_deploys() {
    let artifacts = json!([
        {"type": "Build", "isPrimary": false, "definitionReference": {"version": {"id": "999"}}},
        {"type": "Build", "isPrimary": true, "definitionReference": {"version": {"id": "501"}, "branch": null}},
    ]);
    let row = row(&azure(), "Shop", deployment(["succeeded", "Approved"], &artifacts), &builds()).expect("a row");
    assert_eq!((row.repo.as_deref(), row.r#ref.as_deref()), (Some("acme/Shop/web"), Some("main")));
    assert_eq!(row.sha.as_deref(), Some("2222222222222222222222222222222222222222"));
    assert_eq!((row.environment.as_deref(), row.status.as_str()), (Some("Production"), "success"));
    assert_eq!(row.created_at, Timestamp::parse("2026-03-01T10:05:00Z").expect("an instant"));
}

#[test]
fn a_repo_as_artifact_has_its_own_revision() {
    let of = |artifacts: serde_json::Value| {
        let row = row(&azure(), "Shop", deployment(["succeeded", "Approved"], &artifacts), &Builds::new());
        let row = row.expect("a row");
        (row.repo, row.sha)
    };
    let version = json!({"id": "3333333333333333333333333333333333333333", "name": "333"});
    let git = json!([{"type": "Git", "definitionReference": {"definition": {"id": "g", "name": "web"},
        "project": {"id": "p", "name": "Other"}, "version": version, "branch": {"name": "main"}}}]);
    assert_eq!(of(git), (Some("acme/Other/web".into()), Some("3333333333333333333333333333333333333333".into())));
    let github =
        json!([{"type": "GitHub", "definitionReference": {"definition": {"name": "acme/web"}, "version": version}}]);
    assert_eq!(of(github).0.as_deref(), Some("acme/web"));
    assert_eq!(of(json!([{"type": "Jenkins", "definitionReference": {}}])), (None, None));
    assert_eq!(of(json!([])), (None, None));
}

#[test]
fn a_rejected_release_has_not_failed_and_one_with_issues_has_succeeded() {
    let of = |statuses| row(&azure(), "Shop", deployment(statuses, &json!([])), &Builds::new()).expect("a row").status;
    assert_eq!(of(["failed", "Rejected"]), "cancelled");
    assert_eq!(of(["notDeployed", "canceled"]), "cancelled");
    assert_eq!(of(["partiallySucceeded", "Approved"]), "success");
    assert_eq!(of(["failed", "PhaseFailed"]), "failure");
    assert_eq!(of(["notDeployed", "Pending"]), "pending");
    assert_eq!(of(["undefined", "Undefined"]), "undefined");
}
