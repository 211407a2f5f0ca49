//! What a fetch costs: requests, points and how many at once.

use std::time::Duration;

use super::scene::Scene;
use super::shapes::{PRODUCTION, even, every_shape};
use super::world::{DAY, NEW_YEAR, Repo, World};

#[test]
#[ignore = "slow: .ci/run runs it"]
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
#[ignore = "slow: .ci/run runs it"]
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

/// What a dry run says at most: requests and points of all.
fn said(scene: &Scene) -> (u64, u64) {
    let run = scene.fetched(&["--dry-run"]);
    let total = run.stdout.lines().find(|line| line.starts_with("total")).expect("a total").to_owned();
    let numbers: Vec<u64> = total.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (numbers[numbers.len() - 2], numbers[numbers.len() - 1])
}

/// Every pull request was begun before, by one that was closed without a merge.
fn closed_before(mut repo: Repo) -> Repo {
    let numbers: Vec<u64> = repo.pulls.keys().copied().collect();
    for number in numbers {
        let (merged, held) = (repo.pulls[&number].merged.expect("merged"), repo.pulls[&number].commits.clone());
        let made = repo.pulls[&number].merge_sha.clone();
        let closed = repo.open_pull(merged - DAY);
        closed.rejected = true;
        let closed = closed.number;
        for sha in held.iter().chain(&made) {
            repo.holds(closed, sha);
        }
    }
    repo
}

/// Every second deployment is a fix beside the default branch.
fn fixed_beside(mut repo: Repo) -> Repo {
    let heads: Vec<(String, i64)> = repo.deployments.iter().map(|one| (one.sha.clone(), one.created)).collect();
    for (head, at) in heads {
        let fix = repo.commit(&[&head], at + 3_600, at + 3_600);
        repo.deploy(&fix, PRODUCTION, at + 7_200).branch = Some(format!("hotfix/{at}"));
    }
    repo
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_dry_run_prints_an_upper_bound_that_no_run_exceeds() {
    for (name, world, most) in [
        ("plain", World::of([even("acme/web", 300, 3)]), 1_700),
        ("every shape", World::of([every_shape("acme/web")]), 200),
        ("one small", small(1), 20),
        ("twenty small", small(20), 400),
        ("closed before", World::of([closed_before(even("acme/web", 300, 3))]), 2_000),
        ("fixed beside", World::of([fixed_beside(even("acme/web", 60, 3))]), 700),
    ] {
        let names: Vec<String> = world.repos.iter().map(|repo| repo.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let scene = Scene::repos(world, &names);
        let (requests, points) = said(&scene);
        let before = (scene.server.requests() as u64, scene.server.points());
        scene.fetched(&["--strict"]);
        let used = (scene.server.requests() as u64 - before.0, scene.server.points() - before.1);
        assert!(used.0 <= requests && used.1 <= points, "{name}: {used:?} of {requests} and {points}");
        assert!(requests <= most, "{name}: {requests} is no estimate, {used:?} were used");
    }
}
