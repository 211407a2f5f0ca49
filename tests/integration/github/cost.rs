//! What a fetch costs: requests, points and how many at once.

use std::time::Duration;

use super::scene::Scene;
use super::shapes::{PRODUCTION, even};
use super::world::{DAY, NEW_YEAR, Repo, World};

#[test]
fn a_thousand_deployments_and_three_thousand_commits_stay_under_the_bar_and_a_second_run_is_almost_free() {
    let mut world = World::of([even("acme/web", 1_000, 3)]);
    // Two in three commits come by pull requests whose own branch commits are not walked.
    assert!(world.repo_mut("acme/web").commits.len() >= 3_000);
    let scene = Scene::repos(world, &["acme/web"]);
    scene.fetched(&[]);
    let (requests, points) = (scene.server.requests(), scene.server.points());
    assert!(requests <= 45 && points <= 200, "{requests} requests and {points} points");
    scene.fetched(&[]);
    let more = scene.server.requests() - requests;
    assert!(more <= 2, "nothing new, and yet {more} requests");
    assert_eq!(scene.report("2025-Q3").metric("acme/web", "lead_time")["n"].as_u64().map(|n| n > 240), Some(true));
}

#[test]
fn pull_requests_closed_before_and_stacked_ones_are_asked_for_again_within_the_same_bar() {
    let mut repo = even("acme/web", 1_000, 3);
    // Of 631 pull requests of a real year 86 had another one listed first: here one in six.
    let numbers: Vec<u64> = repo.pulls.keys().copied().step_by(6).collect();
    for number in numbers {
        let (merged, held) = (repo.pulls[&number].merged.expect("merged"), repo.pulls[&number].commits.clone());
        let closed = repo.open_pull(merged - DAY);
        closed.rejected = true;
        let closed = closed.number;
        let made = repo.pulls[&number].merge_sha.clone();
        for sha in held.iter().chain(&made) {
            repo.holds(closed, sha);
        }
    }
    let scene = Scene::repos(World::of([repo]), &["acme/web"]);
    scene.fetched(&["--strict"]);
    let (requests, points) = (scene.server.requests(), scene.server.points());
    assert!(requests <= 45 && points <= 200, "{requests} requests and {points} points");
    scene.is_as_imported("2025-Q3");
}

/// Small repos with three deployments each.
fn small(count: usize) -> World {
    World::of((0..count).map(|index| {
        let mut repo = Repo::new(&format!("acme/repo-{index:02}"));
        for day in 0..3 {
            let head = repo.push(NEW_YEAR + day * DAY);
            repo.deploy(&head, PRODUCTION, NEW_YEAR + day * DAY + 60);
        }
        repo
    }))
}

#[test]
fn small_repos_are_read_several_to_a_request() {
    let scene = Scene::new(small(20), "org = \"acme\"");
    scene.fetched(&[]);
    let requests = scene.server.requests();
    assert!(requests < 20, "20 small repos took {requests} requests");
    scene.is_as_imported("2025-01");
}

#[test]
fn no_more_requests_are_in_flight_than_configured() {
    let scene = Scene::new(
        World::of((0..9).map(|nth| even(&format!("acme/repo-{nth}"), 110, 1))),
        "org = \"acme\"\nconcurrency = 3",
    );
    scene.server.state(|state| state.latency = Duration::from_millis(10));
    scene.fetched(&[]);
    let peak = scene.server.peak();
    assert!((2..=3).contains(&peak), "{peak} at once, where 3 were allowed");
}
