//! `fetch --dry-run` of the incident services: a bound that no run exceeds, and nothing stored.

use super::scene::{SINCE, Scene};
use super::world::{HOUR, NEW_YEAR, World};
use super::{jsm, run};

/// What a dry run says at most.
fn said(scene: &Scene) -> usize {
    let run = scene.fetched(&["--dry-run"]);
    let total = run.stdout.lines().find(|line| line.starts_with("total")).expect("a total").to_owned();
    let numbers: Vec<usize> = total.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    numbers[numbers.len() - 2]
}

fn incidents(count: i64) -> World {
    let mut world = World::new();
    for nth in 0..count {
        world.incident(NEW_YEAR + nth * HOUR);
    }
    world
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn no_run_sends_more_requests_than_a_dry_run_states() {
    let with_fields = |count| {
        let mut world = incidents(count);
        world.fields = vec!["caused_by_deploy".into()];
        world
    };
    let with_logs = |count| {
        let mut world = incidents(count);
        for made in &mut world.made {
            (made.acknowledged, made.chatter) = (Some(made.created + 60_000), 350);
        }
        world
    };
    for (name, scene) in [
        ("nothing", Scene::pagerduty(World::new(), "")),
        ("pagerduty", Scene::pagerduty(incidents(1_500), "")),
        ("fields", Scene::pagerduty(with_fields(150), "")),
        ("logs", Scene::pagerduty(with_logs(5), "acknowledgements = true\n")),
        ("one service", Scene::pagerduty(incidents(450), "services = [\"Checkout\"]\n")),
        ("opsgenie", Scene::opsgenie(incidents(730), "")),
        ("alerts", Scene::opsgenie(run::alerts(450, NEW_YEAR, HOUR), "read = [\"alerts\", \"incidents\"]\n")),
        ("jsm", Scene::new(run::alerts(450, NEW_YEAR, HOUR), jsm::SECTION)),
    ] {
        for again in [false, true] {
            let before = scene.server.requests();
            let most = said(&scene);
            let asked = scene.server.requests() - before;
            assert!(asked <= 60 && scene.place.path("data").exists() == again, "{name}: {asked} and nothing stored");
            scene.fetched(&["--strict"]);
            let used = scene.server.requests() - before - asked;
            assert!(used <= most, "{name}, again {again}: {used} of {most}");
            // The bound takes every log to be as long as it may be.
            assert!(
                again || name == "logs" || most <= 3 * used.max(20),
                "{name}: {most} is no estimate, {used} were used"
            );
        }
    }
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_dry_run_of_all_sources_says_which_of_them_cannot_be_asked() {
    let scene = Scene::pagerduty(incidents(30), "[opsgenie]\napi_url = \"http://127.0.0.1:9\"\n");
    let run = scene.run(&["fetch", "--since", SINCE, "--dry-run"]);
    assert_eq!(run.code, 4, "{}", run.stderr);
    assert!(run.stderr.contains("error: opsgenie: ") && run.stdout.contains("total"), "{}{}", run.stdout, run.stderr);
}
