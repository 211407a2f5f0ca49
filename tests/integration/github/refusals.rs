//! Refusals by the rules of an organization, and servers that know less than GitHub does today.

use serde_json::json;

use super::fault::{Effect, Fault};
use super::scene::Scene;
use super::server::Request;
use super::shapes::even;
use super::world::World;
use crate::support::DOCTOR;

const ALWAYS: usize = usize::MAX;

fn two_organizations() -> Scene {
    Scene::repos(World::of([even("acme/web", 10, 1), even("other/web", 10, 1)]), &["acme/web", "other/web"])
}

fn is_of_other(request: &Request) -> bool {
    request.variables.values().any(|value| value == "other")
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_rule_of_one_organization_affects_only_its_repos_and_has_its_own_advice() {
    for (message, header, way_out) in [
        (
            "Resource protected by organization SAML enforcement. You must grant your Personal Access token access.",
            Some("required; url=https://github.com/orgs/other/sso?authorization_request=A1"),
            "https://github.com/orgs/other/sso?authorization_request=A1",
        ),
        (
            "the `other` organization has an IP allow list enabled, and 192.0.2.1 is not permitted",
            None,
            "IP allow list",
        ),
        ("`other` forbids access via a personal access token (classic).", None, "fine-grained token"),
        ("the `other` organization has enabled OAuth App access restrictions", None, "has to approve"),
    ] {
        let scene = two_organizations();
        let headers: Vec<(String, String)> =
            header.map(|value| ("X-GitHub-SSO".to_owned(), value.to_owned())).into_iter().collect();
        let body = json!({"message": message}).to_string();
        scene.server.fault(Fault::when(ALWAYS, is_of_other, Effect::Reply(403, headers, body)));
        let run = scene.fetch(&[]);
        assert_eq!(run.code, 0, "{message}: {}", run.stderr);
        assert!(run.stderr.contains(way_out), "{message}: {}", run.stderr);
        assert!(!scene.covered("acme/web").is_empty() && scene.covered("other/web").is_empty(), "{message}");
        assert_eq!(scene.fetch(&["--repo", "other/web"]).code, 3, "{message}");
    }
}

#[test]
fn an_error_of_graphql_by_such_a_rule_reads_the_same() {
    let scene = two_organizations();
    let edit = |answer: &mut serde_json::Value| {
        let message = "Resource protected by organization SAML enforcement.";
        *answer = json!({"data": {"repository": null}, "errors": [
            {"type": "FORBIDDEN", "path": ["repository"], "extensions": {"saml_failure": true}, "message": message}]});
    };
    scene.server.fault(Fault::when(ALWAYS, is_of_other, Effect::Edit(Box::new(edit))));
    let run = scene.fetch(&[]);
    assert!(run.stderr.contains("Configure SSO"), "{}", run.stderr);
    assert!(!scene.covered("acme/web").is_empty());
}

#[test]
fn an_owner_whose_repos_cannot_be_listed_does_not_affect_other_owners() {
    let scene = Scene::repos(World::of([even("acme/web", 10, 1)]), &["acme/*", "other/*", "nosuch/*"]);
    let is_of_other = |request: &Request| request.variables.get("owner").is_some_and(|owner| owner == "other");
    let message = "the `other` organization has an IP allow list enabled, and 192.0.2.1 is not permitted";
    let body = json!({"message": message}).to_string();
    scene.server.fault(Fault::when(ALWAYS, is_of_other, Effect::Reply(403, vec![], body)));
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("other/*") && run.stderr.contains("IP allow list"), "{}", run.stderr);
    assert!(run.stderr.contains("nosuch/*"), "{}", run.stderr);
    assert!(!scene.covered("acme/web").is_empty());
    assert_eq!(scene.fetch(&["--strict"]).code, 5);
}

#[test]
fn a_list_that_is_cut_by_single_sign_on_says_so() {
    let scene = two_organizations();
    let header = ("X-GitHub-SSO".to_owned(), "partial-results; organizations=21955855".to_owned());
    scene.server.fault(Fault::when(1, |_| true, Effect::Headers(vec![header])));
    let run = scene.fetched(&[]);
    assert!(run.stderr.contains("organizations with the ids 21955855"), "{}", run.stderr);
}

#[test]
fn a_server_without_full_database_ids_is_asked_for_the_short_ones() {
    let world = || World::of([even("acme/web", 10, 1)]);
    let keys = "repos = [\"acme/web\"]\ndeployments_from = \"merged-pull-requests\"";
    let whole = Scene::new(world(), keys);
    whole.fetched(&[]);
    let scene = Scene::new(world(), keys);
    let names_it = |request: &Request| {
        request.query.contains("fullDatabaseId") && !request.query.contains("fullDatabaseId: databaseId")
    };
    let message = "Field 'fullDatabaseId' doesn't exist on type 'PullRequest'";
    let body = json!({"errors": [{"message": message, "extensions": {"code": "undefinedField"}}]}).to_string();
    scene.server.fault(Fault::when(ALWAYS, names_it, Effect::Reply(200, vec![], body)));
    scene.fetched(&["--strict"]);
    scene.report("2025-Q2").is_identical_to(&whole.report("2025-Q2"));
    let refused = scene.server.log().iter().filter(|request| names_it(request)).count();
    assert_eq!(refused, 1, "once is enough to learn it");
}

#[test]
fn doctor_says_that_issues_may_not_be_read_with_the_code_of_fetch() {
    let scene = Scene::repos(World::of([even("acme/web", 10, 1)]), &["acme/web"]);
    let text = std::fs::read_to_string(scene.place.path("dora.toml")).expect("the config");
    scene.place.write("dora.toml", &format!("{text}\n[github_issues]\nlabels = [\"incident\"]\n"));
    let asks = |request: &Request| request.query.contains("issues(");
    let error = json!({"data": {"repository": null}, "errors": [{"type": "FORBIDDEN",
        "path": ["repository", "issues"], "message": "Resource not accessible by personal access token"}]});
    scene.server.fault(Fault::when(ALWAYS, asks, Effect::Reply(200, vec![], error.to_string())));
    for command in [&["fetch"][..], &DOCTOR] {
        let run = scene.run(command);
        assert_eq!(run.code, 3, "{command:?}: {}{}", run.stdout, run.stderr);
        assert!(format!("{}{}", run.stdout, run.stderr).contains("to issues for [github_issues]"), "{command:?}");
    }
}
