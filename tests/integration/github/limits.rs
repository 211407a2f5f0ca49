//! Rate limits: the program waits as long as the server says, reports the wait, and sends no requests meanwhile.

use super::fault::{Effect, Fault, secondary};
use super::scene::Scene;
use super::server::now;
use super::shapes::even;
use super::world::World;

const Q2: &str = "2025-Q2";

fn paged() -> Scene {
    Scene::repos(World::of([even("acme/web", 210, 1)]), &["acme/web"])
}

/// Reads to the end though the budget is spent at the second request, for a second.
fn waits_out(kind: &'static str) {
    let scene = paged();
    scene.server.fault(Fault::at(2, Effect::Limited(kind, 1)));
    let run = scene.fetched(&["--strict"]);
    scene.is_as_imported(Q2);
    assert!(run.stderr.contains("until"), "until when it waits is said: {}", run.stderr);
    assert!(scene.server.requests() <= 10, "it does not ask while it must wait");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_spent_budget_is_waited_for() {
    waits_out("RATE_LIMITED");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_spent_budget_is_waited_for_in_its_newer_spelling_too() {
    waits_out("RATE_LIMIT");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_budget_that_runs_out_during_a_run_is_hardly_exceeded() {
    let scene = paged();
    scene.server.state(|state| (state.limit, state.window, state.reset) = (12, 1, now() + 1));
    scene.fetched(&["--strict"]);
    scene.is_as_imported(Q2);
}

#[test]
fn a_budget_that_outlasts_the_longest_wait_ends_the_run_with_what_it_has() {
    let whole = paged();
    whole.fetched(&[]);
    let scene = paged();
    scene.server.fault(Fault::at(3, Effect::Limited("RATE_LIMITED", 3_000)));
    let run = scene.fetch(&["--max-wait", "1s"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("--max-wait"), "the way out is named: {}", run.stderr);
    assert!(scene.server.requests() <= 4);
    assert_eq!(scene.covered("acme/web"), []);
    // An hour later.
    scene.server.state(|state| (state.used, state.reset) = (0, now() + 3_600));
    scene.fetched(&[]);
    scene.report(Q2).is_identical_to(&whole.report(Q2));
}

/// Reads to the end though the second request meets a secondary limit that says how long it lasts.
fn waits_as_told(status: u16) {
    let scene = paged();
    scene.server.fault(Fault::at(2, secondary(status, Some(1))));
    scene.fetched(&["--strict"]);
    scene.is_as_imported(Q2);
}

#[test]
fn a_secondary_limit_is_waited_for_as_long_as_it_says() {
    waits_as_told(429);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_secondary_limit_that_looks_like_a_refusal_is_waited_for_as_long_as_it_says() {
    waits_as_told(403);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_secondary_limit_that_looks_like_an_answer_is_waited_for_as_long_as_it_says() {
    waits_as_told(200);
}

#[test]
fn a_secondary_limit_that_says_nothing_lasts_a_minute() {
    for status in [403, 429] {
        let scene = paged();
        scene.server.fault(Fault::when(usize::MAX, |request| request.number >= 2, secondary(status, None)));
        let run = scene.fetch(&["--max-wait", "5s"]);
        assert_eq!(run.code, 4, "{}", run.stderr);
        assert!(scene.server.requests() <= 3, "{} requests into a limit", scene.server.requests());
    }
}

#[test]
fn the_last_reply_of_a_window_is_no_error() {
    let scene = Scene::repos(World::of([even("acme/web", 30, 1)]), &["acme/web"]);
    scene.fetched(&[]);
    // Exactly as much as it takes: the last good reply says that nothing is left.
    let points = scene.server.points();
    scene.server.state(|state| (state.limit, state.used) = (points, 0));
    scene.fetched(&["--full", "--strict", "--max-wait", "1s"]);
    assert_eq!(scene.server.state(|state| state.used), points);
}
