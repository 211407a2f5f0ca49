//! Limits: waited for as long as they are told to, said aloud, and never answered with more requests.

use super::fault::{Effect, Fault, secondary};
use super::scene::Scene;
use super::shapes::even;
use super::world::World;

const Q2: &str = "2025-Q2";

fn paged() -> Scene {
    Scene::repos(World::of([even("acme/web", 210, 1)]), &["acme/web"])
}

#[test]
fn a_spent_budget_is_waited_for_in_both_of_its_spellings() {
    for kind in ["RATE_LIMITED", "RATE_LIMIT"] {
        let scene = paged();
        scene.server.fault(Fault::at(2, Effect::Limited(kind, 1)));
        let run = scene.fetched(&["--strict"]);
        scene.is_as_imported(Q2);
        assert!(run.stderr.contains("until"), "until when it waits is said: {}", run.stderr);
        assert!(scene.server.requests() <= 10, "it does not ask while it must wait");
    }
}

#[test]
fn a_budget_that_ends_within_the_run_is_not_overdrawn_for_long() {
    let scene = paged();
    scene.server.state(|state| (state.limit, state.window) = (4, 1));
    // The first window is the long one of the start; let it end at once.
    scene.server.fault(Fault::at(1, Effect::Limited("RATE_LIMITED", 1)));
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
    scene.server.fault(Fault::when(1, |_| true, Effect::Limited("RATE_LIMITED", 0)));
    scene.fetched(&[]);
    scene.report(Q2).is_identical_to(&whole.report(Q2));
}

#[test]
fn a_secondary_limit_is_waited_for_as_long_as_it_says() {
    for status in [403, 429, 200] {
        let scene = paged();
        scene.server.fault(Fault::at(2, secondary(status, Some(1))));
        scene.fetched(&["--strict"]);
        scene.is_as_imported(Q2);
    }
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
    let scene = paged();
    let spent = vec![("x-ratelimit-remaining".to_owned(), "0".to_owned())];
    // Beside the true header: whichever is read, the reply itself is good.
    let last = scene.server.requests() + 1;
    scene.server.state(|state| (state.limit, state.window) = (5_000, 1));
    scene.server.fault(Fault::when(1, move |request| request.number > last + 50, Effect::Headers(spent)));
    scene.fetched(&["--strict"]);
    scene.is_as_imported(Q2);
}
