//! A fetch of GitLab that is killed at any request or instant and started again ends with the rows, and a run with the
//! bytes of the report, of one that was not.

use std::path::PathBuf;
use std::process::Command;
use std::thread::sleep;
use std::time::Instant;

use super::scene::Scene;
use super::server::Fault;
use crate::github::daily::{are_the_same, morning};
use crate::github::scene::SINCE;
use crate::github::shapes::{even, every_shape};
use crate::github::world::World;
use crate::random::uniform;
use crate::support::{Run, say};

const KEYS: &str = "projects = [\"acme/web\", \"acme/api\"]\nconcurrency = 1";

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_any_request_and_started_again_a_fetch_gives_the_same_rows() {
    let world = World::of([even("acme/web", 120, 3), every_shape("acme/api")]);
    let whole = Scene::new(world.clone(), KEYS);
    whole.fetched(&["--strict"]);
    let requests = whole.server.requests();
    assert!(requests > 15, "{requests} requests");
    for number in 1..=requests {
        let scene = Scene::new(world.clone(), KEYS);
        scene.server.fault(number, Fault::Hold);
        let mut child = scene.command(&["fetch", "--since", SINCE]).spawn().expect("the program starts");
        scene.server.wait_held();
        // SIGKILL.
        child.kill().expect("the program can be killed");
        child.wait().expect("the program ends");
        scene.fetched(&["--strict"]);
        scene.has_the_rows_of(&whole, &format!("killed at request {number}"));
        assert_eq!(scene.covered("deployments", "gitlab", "acme/web").len(), 1);
    }
}

/// `run` on a morning after the whole history.
fn run(scene: &Scene) -> Command {
    let as_of = morning(390);
    let mut command = scene.command(&["run", "--since", SINCE, "--period", "2025-03", "--as-of", &as_of]);
    command.env("DORA_REPORT_TEST_CLOCK", &as_of);
    command
}

fn reports(scene: &Scene) -> Vec<(PathBuf, Vec<u8>)> {
    let run = Run::of(run(scene).output().expect("it runs"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    scene.place.files("reports")
}

/// Kills at so many random instants; how often that was before the end of the run.
fn killed(times: usize) -> usize {
    let world = World::of([even("acme/web", 120, 3), every_shape("acme/api")]);
    let whole = Scene::new(world.clone(), KEYS);
    let began = clock();
    let wanted = reports(&whole);
    let mut length = began.elapsed();
    let mut random = uniform(20_261_129);
    let mut midway = 0;
    for nth in 0..times {
        // The address is in the report: the same server for all.
        let scene = Scene::beside(&whole, KEYS);
        let mut child = run(&scene).spawn().expect("the program starts");
        let pause = length.mul_f64(random());
        sleep(pause);
        midway += usize::from(child.try_wait().expect("a state").is_none());
        // SIGKILL.
        child.kill().expect("the program can be killed");
        child.wait().expect("the program ends");
        let began = clock();
        are_the_same(&reports(&scene), &wanted, &format!("kill {nth} after {pause:?}"));
        length = began.elapsed();
    }
    midway
}

#[expect(clippy::disallowed_methods, reason = "a test that kills at instants of a run")]
fn clock() -> Instant {
    Instant::now()
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn killed_at_six_random_instants_and_started_again_a_run_gives_the_same_bytes() {
    let midway = killed(6);
    assert!(midway >= 3, "too few kills came before the end: {midway}");
}

#[test]
#[ignore = "takes minutes: cargo nextest run --run-ignored only killed_at_a_hundred"]
fn killed_at_a_hundred_random_instants_and_started_again_a_run_gives_the_same_bytes() {
    let midway = killed(100);
    say(&format!("of 100 kills {midway} came before the end"));
    assert!(midway >= 60, "too few kills came before the end: {midway}");
}
