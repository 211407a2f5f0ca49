//! Runs on a schedule against a world that grows, with faults: at its end the dataset has the rows of one fetch.

use std::process::{Command, Stdio};

use dora_report::domain::event::Table;

use super::scene::Scene;
use super::server::{Fault, token};
use crate::github::daily::{changes, morning};
use crate::github::world::{DAY, HOUR, Merge, NEW_YEAR, Repo, World};
use crate::support::Run;

/// The day from which on history is read, before the first event.
const FIRST: &str = "2024-12-01";

/// What a day brings: that of the other tests of schedules, and to a third project merges of every kind that wait for
/// three weeks until they are deployed together.
fn grow(world: &mut World, day: i64) {
    changes(world, day);
    let began = NEW_YEAR + day * DAY;
    let lib = world.repo_mut("acme/lib");
    let how = [Merge::Rebase, Merge::Commit, Merge::Squash][usize::try_from(day % 3).expect("small")];
    lib.pull(how, &[began + HOUR, began + 2 * HOUR], began + 3 * HOUR, began + 4 * HOUR);
    let head = lib.main.clone().expect("a commit");
    if day % 21 == 2 {
        lib.deploy(&head, "production", began + 5 * HOUR);
    }
}

fn at(scene: &Scene, now: &str) -> Command {
    let mut command = scene.command(&["fetch", "--since", FIRST, "--strict"]);
    command.env("GITLAB_TOKEN", token()).env("DORA_REPORT_TEST_CLOCK", now).stdin(Stdio::null());
    command
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn runs_over_months_with_faults_end_with_the_rows_of_one_fetch() {
    let world = || World::of(["acme/web", "acme/api", "acme/lib"].map(Repo::new));
    let keys = "projects = [\"acme/web\", \"acme/api\", \"acme/lib\"]\nconcurrency = 1";
    let scene = Scene::new(world(), keys);
    let mut day = 0;
    for (nth, length) in [1, 1, 2, 6, 9, 1, 14, 3, 1, 30, 1, 8].into_iter().enumerate() {
        for _ in 0..length {
            scene.server.state(|state| grow(&mut state.world, day));
            day += 1;
        }
        let next = scene.server.requests() + 2 + nth;
        match nth % 4 {
            1 => scene.server.fault(next, Fault::Cut),
            2 => scene.server.fault(next, Fault::Reply(502, Vec::new(), "<html>502</html>".into())),
            3 => {
                scene.server.fault(scene.server.requests() + 3, Fault::Hold);
                let mut child = at(&scene, &morning(day)).spawn().expect("the program starts");
                scene.server.wait_held();
                child.kill().expect("the program is there");
                child.wait().expect("the program ends");
                continue;
            }
            _ => {}
        }
        let run = Run::of(at(&scene, &morning(day)).output().expect("it runs"));
        assert_eq!(run.code, 0, "day {day}: {}", run.stderr);
        scene.server.state(|state| state.faults.clear());
    }
    let run = Run::of(at(&scene, &morning(day)).output().expect("it runs"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let whole = Scene::new(scene.server.state(|state| state.world.clone()), keys);
    let run = Run::of(at(&whole, &morning(day)).output().expect("it runs"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(whole.rows(Table::Deployments).height() > 80);
    scene.has_the_rows_of(&whole, "the schedule and one fetch");
    let run = Run::of(at(&scene, &morning(day)).arg("--full").output().expect("it runs"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    scene.has_the_rows_of(&whole, "everything read again");
}
