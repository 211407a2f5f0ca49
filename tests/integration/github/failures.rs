//! Failures of requests: they cause a retry or a warning, never a wrong figure.

use serde_json::{Value, json};

use super::fault::{Effect, Fault, gateway, too_heavy};
use super::scene::{MARCH, Scene};
use super::server::{Credentials, Request, Server, token};
use super::shapes::{even, every_shape};
use super::world::World;
use crate::support::DOCTOR;

const Q2: &str = "2025-Q2";
/// Far more than any test here needs.
const ALWAYS: usize = usize::MAX;

fn paged() -> Scene {
    Scene::repos(World::of([even("acme/web", 210, 1)]), &["acme/web"])
}

/// Reads to the end, and right, though no page of more than `most` is answered.
fn reads_in_pages_of(most: u64, effect: Effect) {
    let scene = paged();
    scene.server.fault(Fault::when(ALWAYS, move |request| request.weight.largest_page > most, effect));
    let run = scene.fetched(&["--strict"]);
    scene.is_as_imported(Q2);
    let log = scene.server.log();
    let heavy = log.iter().filter(|request| request.weight.largest_page > most).count();
    assert!(heavy < log.len() / 2, "{heavy} of {} were too heavy again\n{}", log.len(), run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_page_that_is_too_heavy_is_asked_for_in_halves() {
    reads_in_pages_of(50, too_heavy());
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_page_that_times_out_is_requested_in_smaller_and_smaller_pages() {
    reads_in_pages_of(13, gateway(504));
}

#[test]
fn a_page_made_smaller_grows_again() {
    let scene = paged();
    scene.server.fault(Fault::at(2, too_heavy()));
    scene.fetched(&[]);
    let pages: Vec<u64> = scene.server.log().iter().skip(2).map(|request| request.weight.largest_page).collect();
    assert!(pages.first() < Some(&100) && pages.contains(&100), "{pages:?}");
}

/// Reads to the end though the third request meets this.
fn survives(effect: Effect) {
    let scene = paged();
    scene.server.fault(Fault::at(3, effect));
    scene.fetched(&["--strict"]);
    assert!(!scene.covered("acme/web").is_empty());
}

#[test]
fn html_in_place_of_json_is_asked_for_again() {
    survives(Effect::Reply(200, vec![], "<html>maintenance</html>".into()));
}

#[test]
fn a_service_that_is_down_for_a_moment_is_asked_again() {
    survives(gateway(503));
}

#[test]
fn json_that_ends_early_is_asked_for_again() {
    survives(Effect::CutJson);
}

#[test]
fn a_body_that_ends_early_is_asked_for_again() {
    survives(Effect::CutBody);
}

#[test]
fn a_request_whose_connection_was_reset_is_sent_again() {
    survives(Effect::Reset);
}

#[test]
fn a_body_that_comes_slowly_is_waited_for() {
    survives(Effect::Slow);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn what_was_read_around_a_broken_reply_is_right() {
    let scene = Scene::repos(World::of([every_shape("acme/web")]), &["acme/web"]);
    scene
        .server
        .fault(Fault::at(1, Effect::CutBody))
        .fault(Fault::at(3, Effect::Reset))
        .fault(Fault::at(4, Effect::Slow));
    scene.fetched(&[]);
    scene.is_as_imported(MARCH);
}

/// Where the first entry of the first page is.
fn first_entry(value: &Value, path: &[Value]) -> Option<Vec<Value>> {
    let with = |step: Value| [path, &[step]].concat();
    match value {
        Value::Object(object) => object.iter().find_map(|(key, inner)| first_entry(inner, &with(key.as_str().into()))),
        Value::Array(entries) if !entries.is_empty() => Some(with(0.into())),
        _ => None,
    }
}

/// Makes the first entry of the first page null and says that something went wrong with it.
fn partial(value: &mut Value) {
    let Some(path) = first_entry(&value["data"], &[]) else { return };
    let step = |step: &Value| format!("/{}", step.as_str().map_or_else(|| step.to_string(), str::to_owned));
    let pointer: String = path.iter().map(step).collect();
    *value["data"].pointer_mut(&pointer).expect("the entry just found") = Value::Null;
    value["errors"] = json!([{"message": "Something went wrong while executing your query.", "path": path}]);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn partial_data_with_errors_is_asked_for_again() {
    let scene = paged();
    scene.server.fault(Fault::at(1, Effect::Edit(Box::new(partial))));
    scene.fetched(&["--strict"]);
    scene.is_as_imported(Q2);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn data_that_stays_partial_leaves_the_repo_uncovered_and_named() {
    let scene = paged();
    scene.server.fault(Fault::when(ALWAYS, |_| true, Effect::Edit(Box::new(partial))));
    let run = scene.fetch(&["--max-wait", "1s"]);
    assert_ne!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("acme/web"), "{}", run.stderr);
    assert_eq!(scene.covered("acme/web"), [], "nothing is said to be complete");
}

#[test]
fn a_token_that_is_refused_ends_the_run_with_its_own_code() {
    let scene = paged();
    scene.server.state(|state| state.tokens.clear());
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("token"), "{}", run.stderr);
    assert!(scene.server.requests() <= 2, "a refused token is not tried again and again");
    assert!(!scene.place.path("data/deployments").exists());
}

#[test]
fn without_a_token_nothing_is_asked() {
    let scene = paged();
    let done = scene.command(&["fetch"]).env_remove("GITHUB_TOKEN").output().expect("the program runs");
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(3), "{said}");
    assert!(said.contains("GITHUB_TOKEN"), "{said}");
    assert_eq!(scene.server.requests(), 0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_token_revoked_during_a_run_ends_it_and_the_next_run_continues() {
    let whole = paged();
    whole.fetched(&[]);
    for number in [2, 4] {
        let scene = paged();
        scene.server.fault(Fault::at(number, Effect::Revoke));
        let run = scene.fetch(&[]);
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert_eq!(scene.covered("acme/web"), [], "what was not read to its end is not covered");
        scene.server.state(|state| state.tokens.push((token(), None)));
        scene.fetched(&[]);
        scene.report(Q2).is_identical_to(&whole.report(Q2));
    }
}

#[test]
fn one_repo_that_cannot_be_read_does_not_stop_the_others() {
    let mut hidden = even("acme/hidden", 3, 1);
    hidden.forbidden = true;
    let world = || World::of([even("acme/web", 30, 1), hidden.clone()]);
    for (bad, words) in [("acme/gone", "acme/gone"), ("acme/hidden", "acme/hidden")] {
        let scene = Scene::repos(world(), &[bad, "acme/web"]);
        let run = scene.fetch(&["--strict"]);
        assert_eq!(run.code, 5, "{}", run.stderr);
        assert!(run.stderr.contains(words), "{}", run.stderr);
        assert!(!scene.covered("acme/web").is_empty());
        assert_eq!(scene.covered(bad), []);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn an_unreadable_source_ends_the_run_with_its_own_code() {
    let scene = Scene::repos(World::of([even("acme/web", 3, 1)]), &["acme/web"]);
    scene.server.fault(Fault::when(ALWAYS, |_| true, gateway(502)));
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("acme/web"), "{}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_server_that_does_not_answer_is_named() {
    // A port on which nobody listens any more.
    let url = {
        let closed = Server::start(World::default());
        closed.url()
    };
    let scene = paged();
    scene.configure(&url, "repos = [\"acme/web\"]");
    let run = scene.fetch(&["--max-wait", "1s"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("127.0.0.1"), "who did not answer is named: {}", run.stderr);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn no_token_follows_a_redirect_or_a_link_to_another_host() {
    let elsewhere = Server::start(World::default());
    elsewhere.state(|state| state.tokens.clear());
    for status in [301, 302, 307, 308] {
        let scene = paged();
        let target = vec![("location".to_owned(), format!("{}/graphql", elsewhere.url()))];
        scene.server.fault(Fault::at(2, Effect::Reply(status, target, String::new())));
        let run = scene.fetch(&["--max-wait", "1s"]);
        assert_ne!(run.code, 1, "a redirect is foreseen: {}", run.stderr);
        let arrived = |request: &Request| request.credentials != Credentials::Missing;
        assert!(!elsewhere.log().iter().any(arrived), "a token went to another host after {status}");
    }
    let before = elsewhere.requests();
    let scene = paged();
    let link = vec![("link".to_owned(), format!("<{}/resource?page=2>; rel=\"next\"", elsewhere.url()))];
    scene.server.fault(Fault::when(ALWAYS, |_| true, Effect::Headers(link)));
    scene.fetched(&[]);
    assert_eq!(elsewhere.requests(), before, "a link is not followed off the host");
}

#[test]
fn a_token_does_not_leave_the_machine_unencrypted() {
    let scene = paged();
    scene.configure("http://github.example", "repos = [\"acme/web\"]");
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 2, "{}", run.stderr);
    assert!(run.stderr.contains("https"), "{}", run.stderr);
}

/// Every part of a reply is forbidden to the token.
fn forbidden() -> Effect {
    Effect::Edit(Box::new(|reply| {
        let Some(data) = reply["data"].as_object_mut() else { return };
        let mut errors = Vec::new();
        for (key, value) in data.iter_mut().filter(|(key, _)| !["rateLimit", "viewer"].contains(&key.as_str())) {
            *value = Value::Null;
            let message = "Resource not accessible by personal access token";
            errors.push(serde_json::json!({"type": "FORBIDDEN", "path": [key], "message": message}));
        }
        reply["errors"] = errors.into();
    }))
}

#[test]
fn a_token_that_may_read_no_repo_is_code_3_for_fetch_run_and_doctor_and_one_repo_among_others_is_partial() {
    for repos in [&["acme/web"][..], &["acme/web", "acme/api"]] {
        let world = || World::of(repos.iter().map(|name| even(name, 3, 1)).collect::<Vec<_>>());
        let flags: [&[&str]; 3] = [&["fetch", "--since", "2025-01-01"], &["run", "--since", "2025-01-01"], &DOCTOR];
        for arguments in flags {
            let scene = Scene::repos(world(), repos);
            scene.server.fault(Fault::when(usize::MAX, |_| true, forbidden()));
            let run = scene.run(arguments);
            assert_eq!(run.code, 3, "{arguments:?} {repos:?}: {}{}", run.stdout, run.stderr);
        }
    }
}

/// Every page says that there is another one, behind the same cursor.
fn endless(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.contains_key("hasNextPage") {
                object.insert("hasNextPage".into(), true.into());
                object.insert("endCursor".into(), "again".into());
            }
            object.values_mut().for_each(endless);
        }
        Value::Array(entries) => entries.iter_mut().for_each(endless),
        _ => {}
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_list_whose_cursor_leads_back_to_itself_ends_with_a_sentence() {
    for issues in ["", "\n[github_issues]\n"] {
        let scene = Scene::new(World::of([even("acme/web", 120, 1)]), &format!("repos = [\"acme/web\"]{issues}"));
        scene.server.fault(Fault::when(ALWAYS, |_| true, Effect::Edit(Box::new(endless))));
        let run = scene.fetch(&["--deadline", "30s"]);
        assert_eq!(run.code, 4, "{}{}", run.stdout, run.stderr);
        let said = format!("{}{}", run.stdout, run.stderr);
        assert!(!said.contains("--deadline passed"), "{said}");
        assert!(scene.server.requests() < 40, "{} requests: {said}", scene.server.requests());
    }
}
