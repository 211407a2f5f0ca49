//! Killed at any request, the next run ends with the report of one that was never killed.

use super::fault::{Effect, Fault};
use super::scene::{Report, SINCE, Scene};
use super::shapes::even;
use super::world::World;

const Q2: &str = "2025-Q2";

/// More than twenty requests: seven pages of deployments, fourteen of commits.
fn long() -> Scene {
    Scene::repos(World::of([even("acme/web", 700, 2)]), &["acme/web"])
}

/// How many requests an uninterrupted run makes, and its report.
fn uninterrupted() -> (usize, Report) {
    let scene = long();
    scene.fetched(&[]);
    let requests = scene.server.requests();
    assert!(requests >= 20, "{requests} requests are too few for twenty points");
    (requests, scene.report(Q2))
}

/// Starts a run and kills it when request `number` is there: unanswered, so that all before it has been dealt with, or
/// just answered, in the midst of whatever follows.
fn kill(scene: &Scene, number: usize, answered: bool) {
    if !answered {
        scene.server.fault(Fault::at(number, Effect::Hold));
    }
    let mut child = scene.command(&["fetch", "--since", SINCE]).spawn().expect("the program starts");
    if answered {
        scene.server.wait_served(number);
    } else {
        scene.server.wait_held();
    }
    // SIGKILL.
    child.kill().expect("the program is there");
    child.wait().expect("the program ends");
}

/// Kills at every fourth of twenty points, beginning with `first`.
fn killed_at(first: usize) {
    let (requests, whole) = uninterrupted();
    for point in (first..20).step_by(4) {
        let number = 1 + point * (requests - 1) / 19;
        let scene = long();
        kill(&scene, number, point % 2 == 1);
        if point < 19 {
            assert_eq!(scene.covered("acme/web"), [], "at request {number} of {requests}");
        }
        scene.fetched(&["--strict"]);
        scene.report(Q2).is_identical_to(&whole);
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_points_1_5_9_13_and_17_of_twenty_the_report_is_the_same() {
    killed_at(0);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_points_2_6_10_14_and_18_of_twenty_the_report_is_the_same() {
    killed_at(1);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_points_3_7_11_15_and_19_of_twenty_the_report_is_the_same() {
    killed_at(2);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_points_4_8_12_16_and_20_of_twenty_the_report_is_the_same() {
    killed_at(3);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_run_makes_progress_even_if_it_is_killed_repeatedly() {
    let (requests, whole) = uninterrupted();
    let scene = long();
    for _ in 0..4 {
        // Each run is let answer five requests.
        kill(&scene, scene.server.requests() + 6, false);
    }
    let before = scene.server.requests();
    scene.fetched(&["--strict"]);
    let left = scene.server.requests() - before;
    assert!(left < requests, "{left} requests after four runs of five each; a run from nothing takes {requests}");
    scene.report(Q2).is_identical_to(&whole);
}
