//! What goes wrong on the way to GitLab, and what is stored then.

use serde_json::{Value, json};

use super::scene::Scene;
use super::server::{Fault, token};
use crate::github::shapes::{PRODUCTION, even, every_shape};
use crate::github::world::{DAY, HOUR, Merge, NEW_YEAR, Repo, Review, World};

fn json_reply(status: u16, headers: Vec<(&'static str, String)>, body: &Value) -> Fault {
    let headers = headers.into_iter().chain([("content-type", "application/json".to_owned())]).collect();
    Fault::Reply(status, headers, body.to_string())
}

/// A world of two projects, read without a fault.
fn clean() -> (World, Scene) {
    let world = World::of([even("acme/web", 120, 2), every_shape("acme/api")]);
    let scene = Scene::projects(world.clone(), &["acme/web", "acme/api"]);
    scene.fetched(&["--strict"]);
    (world, scene)
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn limits_gateways_and_broken_replies_on_the_way_change_nothing() {
    let (world, clean) = clean();
    let too_many = || json_reply(429, vec![("retry-after", "1".into())], &json!({"message": "Retry later"}));
    let gateway = || Fault::Reply(502, vec![("content-type", "text/html".into())], "<html>502</html>".into());
    let kinds: [&dyn Fn() -> Fault; 4] = [&too_many, &gateway, &|| Fault::Cut, &|| Fault::CutJson];
    for (nth, kind) in kinds.into_iter().enumerate() {
        let scene = Scene::new(world.clone(), "projects = [\"acme/web\", \"acme/api\"]\nconcurrency = 1");
        for number in [2, 5, 9] {
            scene.server.fault(number + nth, kind());
        }
        scene.fetched(&["--strict"]);
        scene.has_the_rows_of(&clean, &format!("fault {nth}"));
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_revoked_token_ends_the_run_and_the_next_one_completes_it() {
    let (world, clean) = clean();
    let scene = Scene::new(world, "projects = [\"acme/web\", \"acme/api\"]\nconcurrency = 1");
    scene.server.fault(6, Fault::Revoke);
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("GITLAB_TOKEN") && run.stderr.contains("does not accept the key"), "{}", run.stderr);
    assert!(!run.stderr.contains(&token()), "no token in a message");
    assert!(scene.covered("deployments", "gitlab", "acme/web").is_empty(), "what was not read is not covered");
    scene.server.state(|state| state.revoked = false);
    scene.fetched(&["--strict"]);
    scene.has_the_rows_of(&clean, "after the token was made valid again");
}

#[test]
fn a_service_that_fails_again_and_again_leaves_the_project_uncovered_and_the_others_read() {
    let (world, _) = clean();
    let scene = Scene::new(world, "projects = [\"acme/web\", \"acme/api\"]\nconcurrency = 1");
    scene.server.state(|state| state.refused = vec![("acme/web", "commits")]);
    let run = scene.fetch(&["--strict"]);
    assert_eq!(run.code, 5, "{}", run.stderr);
    assert!(run.stderr.contains("acme/web") && run.stderr.contains("may not read it"), "{}", run.stderr);
    assert!(scene.covered("deployments", "gitlab", "acme/web").is_empty());
    assert_eq!(scene.covered("deployments", "gitlab", "acme/api").len(), 1);
}

#[test]
fn null_entries_are_counted_and_reported_and_a_commit_without_its_parents_is_unknown() {
    let scene = Scene::projects(World::of([even("acme/web", 30, 2)]), &["acme/web"]);
    scene.server.state(|state| {
        let mut broken = None;
        state.edit = Some(Box::new(move |path, value| {
            if let Some(rows) = value.as_array_mut() {
                if path.contains("/commits") {
                    let sha = broken.get_or_insert_with(|| rows[20]["id"].clone());
                    if let Some(row) = rows.iter_mut().find(|row| row["id"] == *sha) {
                        row["parent_ids"] = Value::Null;
                    }
                }
                rows.insert(rows.len() / 2, Value::Null);
            }
        }));
    });
    let run = scene.fetched(&[]);
    assert!(run.stderr.contains("entries in GitLab's lists are null or lack an instant or a parent"), "{}", run.stderr);
    let reasons = scene.report("2025").deployments("lead_time_reason");
    let unknown = reasons.iter().filter(|(_, reason)| reason == "unknown-commits").count();
    assert!((1..=2).contains(&unknown), "{reasons:?}");
}

#[test]
fn a_query_that_is_too_complex_is_asked_for_fewer_merge_requests() {
    let (world, clean) = clean();
    let scene = Scene::projects(world, &["acme/web", "acme/api"]);
    scene.server.state(|state| state.most_details = 20);
    scene.fetched(&["--strict"]);
    scene.has_the_rows_of(&clean, "in smaller queries");
}

#[test]
fn a_reply_with_both_data_and_an_error_is_an_error() {
    let scene = Scene::projects(World::of([even("acme/web", 20, 2)]), &["acme/web"]);
    scene.server.state(|state| {
        state.edit = Some(Box::new(|path, value| {
            if path == "/api/graphql" {
                value["errors"] = json!([{"message": format!("Timeout for {}", token())}]);
            }
        }));
    });
    let run = scene.fetch(&["--strict"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("did not answer a GraphQL query: Timeout for"), "{}", run.stderr);
    assert!(!run.stderr.contains(&token()), "no token in a message: {}", run.stderr);
    assert!(scene.covered("deployments", "gitlab", "acme/web").is_empty());
}

#[test]
fn reviews_on_later_pages_of_notes_are_found() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR);
    repo.deploy(&root, PRODUCTION, NEW_YEAR + HOUR);
    let at = NEW_YEAR + 9 * DAY;
    let head = repo.pull(Merge::Commit, &[at - 3 * DAY], at - 2 * DAY, at);
    repo.deploy(&head, PRODUCTION, at + HOUR);
    let pull = repo.pulls.get_mut(&1).expect("the merge request");
    let chatter = (0..150).map(|nth| Review {
        author: Some("lint[bot]".into()),
        state: "COMMENTED",
        submitted: at - 2 * DAY + 60 * nth,
    });
    let others = std::mem::take(&mut pull.reviews);
    pull.reviews = chatter.chain(others).collect();
    pull.reviews.sort_by_key(|review| review.submitted);
    let scene = Scene::projects(World::of([repo]), &["acme/web"]);
    scene.fetched(&["--strict"]);
    let asked = scene.server.state(|state| state.log.iter().filter(|line| line.contains("/graphql")).count());
    assert_eq!(asked, 3, "the details, and two more pages of notes");
    let seconds = scene.report("2025-01").deployments("review_seconds");
    let expected = (2 * DAY - HOUR - HOUR / 2).to_string();
    assert!(seconds.iter().any(|(_, cell)| *cell == expected), "{seconds:?}");
}

#[test]
fn an_oauth_token_is_sent_as_a_bearer_token() {
    let scene = Scene::projects(World::of([even("acme/web", 3, 2)]), &["acme/web"]);
    scene.server.state(|state| state.is_oauth = true);
    scene.fetched(&["--strict"]);
    assert_eq!(scene.covered("deployments", "gitlab", "acme/web").len(), 1);
}

#[test]
fn without_its_token_the_message_names_the_variable() {
    let scene = Scene::projects(World::of([even("acme/web", 3, 2)]), &["acme/web"]);
    let run = crate::support::Run::of(scene.command(&["fetch"]).env_remove("GITLAB_TOKEN").output().expect("it runs"));
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("GITLAB_TOKEN is not set or empty"), "{}", run.stderr);
    assert_eq!(scene.server.requests(), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_entry_that_changes_while_a_list_is_read_makes_no_other_entry_missing() {
    let slow = |world: &mut World, is_over: bool| {
        let first = &mut world.repo_mut("acme/web").deployments[5];
        let end = [("QUEUED", 0), ("IN_PROGRESS", 60), ("SUCCESS", 300 * DAY)];
        first.states(if is_over { &end } else { &end[..2] });
        world.repo_mut("acme/web").pulls.get_mut(&3).expect("a merge request").changed =
            is_over.then_some(NEW_YEAR + 300 * DAY);
    };
    let mut world = World::of([even("acme/web", 330, 2)]);
    slow(&mut world, true);
    let whole = Scene::projects(world.clone(), &["acme/web"]);
    whole.fetched(&["--strict"]);
    for number in [3, 4] {
        let mut before = world.clone();
        slow(&mut before, false);
        let scene = Scene::projects(before, &["acme/web"]);
        scene.server.fault(number, Fault::World(Box::new(move |world| slow(world, true))));
        scene.fetched(&["--strict"]);
        scene.has_the_rows_of(&whole, &format!("changed at request {number}"));
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the limit ends at an instant that the program compares with its own clock"
)]
#[ignore = "slow: .ci/run runs it"]
fn a_used_up_limit_is_waited_for_until_the_instant_that_the_service_names() {
    let scene = Scene::projects(World::of([even("acme/web", 20, 2)]), &["acme/web"]);
    let reset = (chrono::Utc::now().timestamp() + 1).to_string();
    let headers = vec![
        ("ratelimit-limit", "2000".to_owned()),
        ("ratelimit-remaining", "0".to_owned()),
        ("ratelimit-reset", reset),
    ];
    scene.server.fault(3, json_reply(429, headers, &json!({"message": "Retry later"})));
    let run = scene.fetched(&["--strict"]);
    assert!(run.stderr.contains("it takes no more requests; waiting"), "{}", run.stderr);
    assert_eq!(scene.covered("deployments", "gitlab", "acme/web").len(), 1);
}

#[test]
fn a_group_that_cannot_be_listed_is_a_matter_of_the_key_only_if_gitlab_says_so() {
    for (fault, code) in [(json_reply(400, vec![], &json!({})), 4), (json_reply(403, vec![], &json!({})), 3)] {
        let scene = Scene::new(World::of([even("acme/web", 1, 1)]), "groups = [\"acme\"]");
        scene.server.fault(1, fault);
        let run = scene.fetch(&[]);
        assert_eq!(run.code, code, "{}", run.stderr);
        assert!(run.stderr.contains("the group `acme` cannot be listed"), "{}", run.stderr);
    }
}
