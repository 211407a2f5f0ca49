//! Renamed repos, and deployments whose predecessor is far back in the history.

use super::scene::Scene;
use super::shapes::{PRODUCTION, even};
use super::world::{DAY, HOUR, NEW_YEAR, Repo, Review, World};

const MARCH: &str = "2025-03";

fn rename(scene: &Scene) {
    scene.server.state(|state| {
        let repo = state.world.repo_mut("acme/web");
        repo.formerly = Some("acme/web".into());
        repo.name = "acme/shop".into();
    });
}

/// Expects everything under the new name, and little read for it.
fn is_moved(scene: &Scene, before: usize) {
    assert!(scene.covered("acme/web").is_empty(), "nothing is said of the old name any more");
    let [(from, _)] = &scene.covered("acme/shop")[..] else { panic!("{:?}", scene.covered("acme/shop")) };
    assert_eq!(&from[..10], "2025-01-01");
    let repos = scene.report(MARCH).deployments("repo");
    assert!(!repos.is_empty() && repos.iter().all(|(_, repo)| repo == "acme/shop"), "{repos:?}");
    assert!(scene.server.requests() - before <= 4, "{} requests", scene.server.requests() - before);
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn a_repo_renamed_after_its_first_fetch_takes_its_history_along() {
    let scene = Scene::repos(World::of([even("acme/web", 210, 1)]), &["acme/web"]);
    scene.fetched(&[]);
    rename(&scene);
    let before = scene.server.requests();
    let run = scene.fetched(&[]);
    assert!(run.stderr.contains("acme/web is called acme/shop now"), "{}", run.stderr);
    is_moved(&scene, before);
    scene.is_as_imported(MARCH);
}

#[test]
fn a_repo_that_its_owner_lists_under_a_new_name_is_known_by_its_deployments() {
    let scene = Scene::new(World::of([even("acme/web", 210, 1)]), "org = \"acme\"");
    scene.fetched(&[]);
    rename(&scene);
    let before = scene.server.requests();
    scene.fetched(&[]);
    is_moved(&scene, before);
}

#[test]
fn a_predecessor_far_below_is_found_in_the_list_of_its_environment() {
    let mut repo = Repo::new("acme/web");
    let old = repo.push(NEW_YEAR - 300 * DAY);
    repo.deploy(&old, PRODUCTION, NEW_YEAR - 299 * DAY);
    // Previews, more than are searched below the first day.
    for nth in 0..900 {
        let at = NEW_YEAR - 298 * DAY + nth * 6 * HOUR;
        repo.deploy(&old, &format!("preview-{nth}"), at);
    }
    let new = repo.push(NEW_YEAR + 60 * DAY);
    repo.deploy(&new, PRODUCTION, NEW_YEAR + 61 * DAY);
    let world = World::of([repo]);
    let scene = Scene::repos(world, &["acme/web"]);
    scene.fetched(&[]);
    let lead = scene.report(MARCH).metric("acme/web", "lead_time").clone();
    assert_eq!((&lead["n"], lead["p50_seconds"].as_f64()), (&1.into(), Some((DAY + 300) as f64)), "{lead}");
    let by_environment = |request: &&super::server::Request| request.variables.contains_key("environments");
    assert_eq!(scene.server.log().iter().filter(by_environment).count(), 1);
}

#[test]
fn a_review_by_a_person_behind_thirty_of_a_bot_is_found() {
    let mut repo = Repo::new("acme/web");
    let root = repo.push(NEW_YEAR + 50 * DAY);
    repo.deploy(&root, PRODUCTION, NEW_YEAR + 51 * DAY);
    let at = NEW_YEAR + 60 * DAY;
    let head = repo.pull(super::world::Merge::Squash, &[at], at + HOUR, at + 10 * HOUR);
    let pull = repo.pulls.get_mut(&1).expect("a pull request");
    let bot = |nth| Review { author: Some("lint[bot]".into()), state: "COMMENTED", submitted: at + HOUR + nth };
    pull.reviews = (0..30).map(bot).collect();
    pull.reviews.push(Review { author: Some("grace".into()), state: "APPROVED", submitted: at + 4 * HOUR });
    repo.deploy(&head, PRODUCTION, at + 11 * HOUR);
    let scene = Scene::repos(World::of([repo]), &["acme/web"]);
    scene.fetched(&[]);
    scene.is_as_imported(MARCH);
    let pickup = scene.report(MARCH).deployments("pickup_seconds");
    assert!(pickup.iter().any(|(_, cell)| cell == &(3 * HOUR).to_string()), "{pickup:?}");
}

#[test]
fn only_production_keeps_the_rest_out_of_the_dataset() {
    let mut repo = even("acme/web", 12, 1);
    let head = repo.main.clone().expect("a head");
    repo.deploy(&head, "staging", NEW_YEAR + 70 * DAY);
    let scene = Scene::new(World::of([repo]), "repos = [\"acme/web\"]\nonly_production = true");
    scene.fetched(&[]);
    let environments = scene.report("2025-01-01..2026-01-01").deployments("environment");
    assert_eq!(environments.len(), 12);
    assert!(environments.iter().all(|(_, environment)| environment == PRODUCTION), "{environments:?}");
}

#[test]
#[ignore = "slow: .ci/run runs it"]
fn what_only_production_left_out_is_read_when_it_is_wanted_after_all() {
    let mut repo = even("acme/web", 12, 1);
    let head = repo.main.clone().expect("a head");
    repo.deploy(&head, "prod-eu", NEW_YEAR + 70 * DAY);
    let scene = Scene::new(World::of([repo]), "");
    let configure = |only: bool, environments: &str| {
        scene.configure(
            &scene.server.url(),
            &format!(
                "repos = [\"acme/web\"]\nonly_production = {only}\n[deployments]\nenvironments = [{environments}]"
            ),
        );
    };
    let count = || scene.report("2025-01-01..2026-01-01").deployments("environment").len();
    configure(true, "\"production\"");
    scene.fetched(&[]);
    assert_eq!(count(), 12);
    configure(true, "\"production\", \"prod-*\"");
    scene.fetched(&[]);
    assert_eq!(count(), 13, "another filter is another reading");
    configure(false, "\"production\"");
    scene.fetched(&[]);
    assert_eq!(count(), 13);
    assert_eq!(scene.covered("acme/web").len(), 1, "what was read without a filter is covered as that");
}

#[test]
fn a_new_repo_under_an_old_name_does_not_lose_its_rows_to_the_old_repo() {
    let scene = Scene::new(World::of([even("acme/web", 40, 1)]), "org = \"acme\"");
    scene.fetched(&[]);
    scene.server.state(|state| {
        state.world.repo_mut("acme/web").name = "acme/web-legacy".into();
        let mut fresh = Repo::new("acme/web");
        let at = super::server::now() - DAY;
        for nth in 0..3 {
            let head = fresh.push(at + nth * HOUR);
            fresh.deploy(&head, PRODUCTION, at + nth * HOUR);
            // Ids of deployments are unique over all repos.
            fresh.deployments.last_mut().expect("one").id += 1_000_000_000;
        }
        state.world.repos.push(fresh);
    });
    scene.fetched(&[]);
    scene.fetched(&[]);
    let files = scene.place.files("data/deployments");
    let dataset = dora_report::store::Dataset::open(&scene.place.path("data")).expect("a dataset");
    let known = dataset.known("github", "github", &|_| true).expect("read");
    assert_eq!(
        (known["acme/web"].deployments.len(), known["acme/web-legacy"].deployments.len()),
        (3, 40),
        "{}",
        files.len()
    );
}

#[test]
fn where_no_repo_is_shown_the_code_is_that_of_a_missing_permission() {
    let hidden = |name: &str| Repo { forbidden: true, ..even(name, 3, 1) };
    let scene = Scene::repos(World::of([hidden("acme/a"), hidden("acme/b")]), &["acme/a", "acme/b", "acme/gone"]);
    let run = scene.fetch(&[]);
    assert_eq!(run.code, 3, "{}", run.stderr);
    assert!(run.stderr.contains("check the names and the key"), "{}", run.stderr);
    scene.server.state(|state| state.world.repo_mut("acme/a").forbidden = false);
    assert_eq!(scene.fetch(&[]).code, 0, "one that can be read is read");
}

#[test]
fn a_second_run_over_several_repos_asks_for_them_together_and_changes_nothing() {
    let names: Vec<String> = (0..12).map(|nth| format!("acme/r{nth:02}")).collect();
    let scene = Scene::new(World::of(names.iter().map(|name| even(name, 6, 2))), "org = \"acme\"");
    scene.fetched(&[]);
    let (before, asked) = (scene.place.files("data/deployments"), scene.server.requests());
    let run = scene.fetched(&[]);
    assert!(scene.server.requests() - asked <= 4, "{} requests for twelve repos", scene.server.requests() - asked);
    assert_eq!(before.len(), scene.place.files("data/deployments").len());
    for name in &names {
        let row = run.stderr.lines().find(|line| line.starts_with(name.as_str())).expect("a row");
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(&cells[1..3], ["0", "0"], "neither new nor changed: {row}");
    }
}

#[test]
fn a_commit_in_two_pull_requests_belongs_to_the_first_that_was_merged() {
    let mut repo = even("acme/web", 4, 1);
    let at = NEW_YEAR + 61 * DAY;
    let head = repo.pull(super::world::Merge::Commit, &[at], at + HOUR, at + 2 * HOUR);
    repo.pull(super::world::Merge::Commit, &[at + HOUR], at + HOUR, at + 3 * HOUR);
    let later = *repo.pulls.keys().last().expect("a pull request");
    repo.commits.get_mut(&head).expect("a commit").pulls.push(later);
    repo.deploy(&head, PRODUCTION, at + 4 * HOUR);
    let scene = Scene::repos(World::of([repo]), &["acme/web"]);
    scene.fetched(&[]);
    scene.is_as_imported(MARCH);
}
