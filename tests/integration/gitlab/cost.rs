//! What a fetch of GitLab costs in requests.

use super::scene::Scene;
use crate::github::shapes::{PRODUCTION, even};
use crate::github::world::{DAY, HOUR, MINUTE, Merge, NEW_YEAR, Repo, Seconds, World};

/// A thousand deployments of a year, each with a direct commit and a merge request of one commit that is merged with a
/// merge commit, as GitLab does by default: three commits each.
fn thousand() -> Repo {
    let mut repo = Repo::new("acme/web");
    let step = 365 * DAY / 1_000;
    for nth in 0..1_000 {
        let at = NEW_YEAR + step * Seconds::from(nth);
        repo.push(at - 2 * HOUR);
        let head = repo.pull(Merge::Commit, &[at - HOUR], at - 50 * MINUTE, at - 10 * MINUTE);
        repo.deploy(&head, PRODUCTION, at);
    }
    repo
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_thousand_deployments_and_three_thousand_commits_take_at_most_60_requests_and_a_second_run_at_most_3() {
    let repo = thousand();
    assert_eq!(repo.commits.len(), 3_000);
    let scene = Scene::projects(World::of([repo]), &["acme/web"]);
    scene.fetched(&["--strict"]);
    let requests = scene.server.requests();
    assert!(requests <= 60, "{requests} requests");
    scene.fetched(&["--strict"]);
    let more = scene.server.requests() - requests;
    assert!(more <= 3, "nothing new, and yet {more} requests");
    assert_eq!(scene.report("2025-Q3").metric("acme/web", "lead_time")["n"].as_u64().map(|n| n > 240), Some(true));
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn merge_requests_cost_a_page_of_their_list_and_half_a_request_for_their_details_per_hundred() {
    // Two in three commits are squashed merge requests: 2,000 of them.
    let scene = Scene::projects(World::of([even("acme/web", 1_000, 3)]), &["acme/web"]);
    scene.fetched(&["--strict"]);
    let asked = |part: &str| scene.server.state(|state| state.log.iter().filter(|line| line.contains(part)).count());
    // A page has the last entry of the page before; and one request looks for a deployment before the first day.
    assert_eq!((asked("/deployments"), asked("/merge_requests"), asked("/graphql")), (12, 21, 10));
    assert_eq!(asked("/repository/commits"), 30);
}

#[test]
fn a_dry_run_shows_at_least_the_requests_of_a_fetch_and_stores_nothing() {
    let scene = Scene::projects(World::of([even("acme/web", 230, 2)]), &["acme/web"]);
    let run = scene.fetch(&["--dry-run"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(!scene.place.path("data").exists(), "nothing is stored");
    let line = run.stdout.lines().find(|line| line.starts_with("acme/web")).expect("a row of the project");
    let said: Vec<u64> = line.split_whitespace().filter_map(|cell| cell.parse().ok()).collect();
    let asked = u64::try_from(scene.server.requests()).expect("few");
    scene.fetched(&[]);
    let took = u64::try_from(scene.server.requests()).expect("few") - asked;
    assert!(said[0] >= 230 && said[1] >= 460 && said[2] >= took, "{line}: and it took {took}");
}
