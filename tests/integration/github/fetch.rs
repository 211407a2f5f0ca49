//! A fetch gives the same figures as importing the same history from files, for every shape of history.

use super::fault::{Effect, Fault};
use super::scene::{MARCH, SINCE, Scene};
use super::server::now;
use super::shapes::{PRODUCTION, even, every_shape, spread};
use super::world::{DAY, HOUR, MINUTE, Merge, NEW_YEAR, Repo, World};
use crate::support::{Place, Run};

/// Three deployments in March 2025: the second after a pull request, the third after a direct commit.
fn small(name: &str) -> Repo {
    let mut repo = Repo::new(name);
    let march = NEW_YEAR + 59 * DAY;
    let first = repo.push(march);
    repo.deploy(&first, PRODUCTION, march + HOUR);
    let at = march + 5 * DAY;
    let second = repo.pull(Merge::Squash, &[at - 30 * HOUR], at - 20 * HOUR, at);
    repo.deploy(&second, PRODUCTION, at + HOUR);
    let third = repo.push(at + DAY);
    repo.deploy(&third, PRODUCTION, at + DAY + HOUR);
    repo
}

#[test]
fn a_repo_that_the_command_line_names_is_read_without_a_configuration() {
    let scene = Scene::repos(World::of([even("acme/web", 5, 1), even("acme/api", 5, 1)]), &["acme/web"]);
    let configured = Scene::repos(World::of([even("acme/web", 5, 1)]), &["acme/web"]);
    configured.fetched(&[]);
    std::fs::remove_file(scene.place.path("dora.toml")).expect("removed");
    let mut command = scene.command(&["fetch", "--since", SINCE, "--repo", "acme/web"]);
    let run = Run::of(command.env("GITHUB_API_URL", scene.server.url()).output().expect("the program runs"));
    assert_eq!(run.code, 0, "{}", run.stderr);
    scene.report("2025").is_the_same_as(&configured.report("2025"));
    assert_eq!((scene.covered("acme/web").len(), scene.covered("acme/api").len()), (1, 0));
}

#[test]
fn a_small_history_gives_the_figures_that_can_be_counted_by_hand() {
    let scene = Scene::repos(World::of([small("acme/web")]), &["acme/web"]);
    scene.fetched(&[]);
    let report = scene.report(MARCH);
    assert_eq!(report.metric("acme/web", "deployment_frequency")["deployments"], 3);
    let lead_time = report.metric("acme/web", "lead_time");
    let seconds: Vec<String> = report.deployments("lead_time_seconds").into_iter().map(|(_, cell)| cell).collect();
    // From the branch's first commit, not from the squashed one; then one hour; each and five minutes of deploying.
    assert_eq!(seconds, ["", &(31 * HOUR + 5 * MINUTE).to_string(), &(HOUR + 5 * MINUTE).to_string()]);
    assert_eq!((&lead_time["n"], &lead_time["reasons"]["first-deployment"]), (&2.into(), &1.into()));
    let stage = |name: &str| report.deployments(name)[1].1.parse::<i64>().expect("seconds");
    assert_eq!(stage("coding_seconds"), 10 * HOUR);
    assert_eq!(stage("pickup_seconds"), HOUR + 30 * MINUTE, "neither a bot nor the author reviews");
    assert_eq!(stage("review_seconds"), 18 * HOUR + 30 * MINUTE);
    let [(from, to)] = &scene.covered("acme/web")[..] else { panic!("one span: {:?}", scene.covered("acme/web")) };
    assert_eq!(from.get(..10), Some("2025-01-01"));
    assert!(to.as_str() > "2026-02-01", "covered up to the instant at which the run began: {to}");
}

#[test]
fn every_shape_of_history_gives_the_same_tables_as_importing_it() {
    let scene = Scene::repos(World::of([every_shape("acme/web")]), &["acme/web"]);
    scene.fetched(&[]);
    scene.is_as_imported(MARCH);
    let report = scene.report(MARCH);
    let reasons = &report.metric("acme/web", "lead_time")["reasons"];
    assert!(reasons["unknown-commits"].as_u64() >= Some(1), "a revision that is gone: {reasons}");
    let kinds: Vec<String> = report.deployments("kind").into_iter().map(|(_, cell)| cell).collect();
    assert!(kinds.contains(&"redeploy".into()) && kinds.contains(&"rollback".into()), "{kinds:?}");
    let longest = report.deployments("lead_time_seconds").iter().filter_map(|(_, cell)| cell.parse::<i64>().ok()).max();
    assert!(longest > Some(364 * DAY), "work begun a year before is not cut off: {longest:?}");
    let statuses: Vec<String> = report.deployments("status").into_iter().map(|(_, cell)| cell).collect();
    for wanted in ["waiting", "levitating", "pending", "error", "success"] {
        assert!(statuses.contains(&wanted.into()), "{wanted}: {statuses:?}");
    }
}

#[test]
fn a_year_over_many_pages_gives_the_same_tables_as_importing_it() {
    let scene = Scene::repos(World::of([even("acme/web", 210, 3)]), &["acme/web"]);
    scene.fetched(&[]);
    scene.is_as_imported("2025-Q2");
}

#[test]
fn the_last_deployment_before_the_span_is_kept_as_predecessor() {
    let (whole, late) = (World::of([every_shape("acme/web")]), World::of([every_shape("acme/web")]));
    let (whole, late) = (Scene::repos(whole, &["acme/web"]), Scene::repos(late, &["acme/web"]));
    whole.fetched(&[]);
    let run = late.run(&["fetch", "--since", "2025-03-06"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let report = |scene: &Scene| scene.report("2025-03-06..2025-04-01").deployments("lead_time_seconds");
    let from = |rows: Vec<(String, String)>| rows.into_iter().filter(|(_, cell)| !cell.is_empty()).collect::<Vec<_>>();
    let (whole, late) = (from(report(&whole)), from(report(&late)));
    // The whole history's table begins with the period's first window; what both have agrees, and nothing is lost.
    let shared = |row: &&(String, String)| late.iter().any(|other| other.0 == row.0);
    assert_eq!(whole.iter().filter(shared).cloned().collect::<Vec<_>>(), late);
    assert!(late.len() >= 5, "{late:?}");
}

#[test]
fn an_organisation_is_read_repo_by_repo_and_what_is_excluded_is_left_alone() {
    let names = ["acme/web-shop", "acme/web-admin", "acme/sandbox-1", "acme/api", "other/web-x"];
    let world = || World::of(names.map(small));
    let stored = |scene: &Scene| names.into_iter().filter(|name| !scene.covered(name).is_empty()).collect::<Vec<_>>();
    let scene = Scene::new(world(), "org = \"acme\"\nexclude = [\"acme/sandbox-*\"]");
    scene.fetched(&[]);
    assert_eq!(stored(&scene), ["acme/web-shop", "acme/web-admin", "acme/api"]);
    let asked = |request: &super::server::Request| format!("{}{:?}", request.query, request.variables);
    assert!(scene.server.log().iter().all(|request| !asked(request).contains("sandbox-1")), "it is not even asked for");
    let scene = Scene::repos(world(), &["acme/web-*"]);
    scene.fetched(&[]);
    assert_eq!(stored(&scene), ["acme/web-shop", "acme/web-admin"]);
    let scene = Scene::new(world(), "org = \"acme\"");
    scene.fetched(&["--repo", "*/api"]);
    assert_eq!(stored(&scene), ["acme/api"]);
}

#[test]
fn an_organisation_of_more_repos_than_fit_one_page_is_read_whole() {
    let names: Vec<String> = (0..130).map(|index| format!("acme/repo-{index:03}")).collect();
    let scene = Scene::new(World::of(names.iter().map(|name| Repo::new(name))), "org = \"acme\"");
    scene.fetched(&[]);
    assert!(names.iter().all(|name| !scene.covered(name).is_empty()), "an empty repo is read, too");
}

#[test]
fn empty_and_archived_repos_are_not_errors() {
    let mut idle = Repo::new("acme/idle");
    idle.push(NEW_YEAR);
    let mut archived = small("acme/old");
    archived.archived = true;
    let scene =
        Scene::repos(World::of([Repo::new("acme/empty"), idle, archived]), &["acme/empty", "acme/idle", "acme/old"]);
    let run = scene.fetched(&["--strict"]);
    for name in ["acme/empty", "acme/idle", "acme/old"] {
        assert!(!scene.covered(name).is_empty(), "{name}: {}", run.stderr);
    }
    assert_eq!(scene.report(MARCH).metric("acme/old", "deployment_frequency")["deployments"], 3);
}

#[test]
fn a_renamed_repo_is_stored_under_the_name_it_has_now() {
    let mut repo = small("acme/shop");
    repo.formerly = Some("acme/web".into());
    let scene = Scene::repos(World::of([repo]), &["acme/web"]);
    scene.fetched(&[]);
    assert!(!scene.covered("acme/shop").is_empty());
    assert_eq!(scene.report(MARCH).metric("acme/shop", "lead_time")["n"], 2);
    let before = scene.server.requests();
    scene.fetched(&[]);
    assert!(scene.server.requests() - before <= 2, "what is known of it is found again");
}

#[test]
fn a_second_run_brings_what_is_new_and_what_has_changed_since() {
    let begin = now() - 3 * DAY;
    let mut repo = spread("acme/web", 20, 2, NEW_YEAR, 30 * DAY);
    let pending = repo.push(begin);
    repo.deploy(&pending, PRODUCTION, begin).states(&[("QUEUED", 0)]);
    let scene = Scene::repos(World::of([repo]), &["acme/web"]);
    scene.fetched(&[]);
    scene.server.state(|state| {
        let repo = state.world.repo_mut("acme/web");
        repo.deployments.last_mut().expect("one").states(&[("QUEUED", 0), ("SUCCESS", HOUR)]);
        let new = repo.pull(Merge::Squash, &[begin + HOUR], begin + 2 * HOUR, begin + 5 * HOUR);
        repo.deploy(&new, PRODUCTION, begin + 6 * HOUR);
    });
    scene.fetched(&[]);
    let fresh = Place::new();
    let files = scene.server.state(|state| super::tables::Files::of(&state.world));
    fresh.write("d.csv", &files.deployments).write("c.csv", &files.commits).write("p.csv", &files.pulls);
    fresh.done(["import", "deployments", "d.csv", "--covers", "2025-01-01..2035-01-01"]);
    fresh.done(["import", "commits", "c.csv"]);
    fresh.done(["import", "pull-requests", "p.csv"]);
    let deployments = |place: &Place| {
        let day = |at: i64| super::world::iso(at)[..10].to_owned();
        let period = format!("{}..{}", day(begin - DAY), day(begin + 2 * DAY));
        place.done(["report", "--format", "csv", "--compare", "none", "--period", &period]);
        let files = place.files("reports");
        let (_, bytes) = files.iter().find(|(path, _)| path.ends_with("deployments.csv")).expect("the table");
        let text = String::from_utf8(bytes.clone()).expect("UTF-8");
        // An imported file has no page to look at.
        let url = text.lines().next().and_then(|head| head.split(',').position(|name| name == "url"));
        let without = |line: &str| {
            let cells = line.split(',').enumerate().filter(|(at, _)| Some(*at) != url).map(|(_, cell)| cell);
            cells.collect::<Vec<_>>().join(",")
        };
        text.lines().map(without).collect::<Vec<_>>()
    };
    let found = deployments(&scene.place);
    assert_eq!(found, deployments(&fresh));
    assert_eq!(found.iter().filter(|row| row.contains(",success,")).count(), 2, "{found:?}");
}

#[test]
fn deployments_made_while_pages_are_read_neither_double_nor_hide_others() {
    let scene = Scene::repos(World::of([even("acme/web", 250, 1)]), &["acme/web"]);
    for number in [2, 3] {
        let busy = Effect::World(Box::new(|world| {
            let repo = world.repo_mut("acme/web");
            for _ in 0..40 {
                let at = repo.deployments.last().map_or(NEW_YEAR, |last| last.created) + MINUTE;
                let head = repo.push(at);
                repo.deploy(&head, PRODUCTION, at);
            }
        }));
        scene.server.fault(Fault::at(number, busy));
    }
    scene.fetched(&[]);
    scene.fetched(&["--full"]);
    scene.is_as_imported("2025-Q4");
}

#[test]
fn a_dry_run_says_what_would_be_read_from_one_cheap_query_a_repo_and_stores_nothing() {
    let world = World::of([even("acme/web", 250, 2), small("acme/api")]);
    let scene = Scene::repos(world, &["acme/web", "acme/api"]);
    let run = scene.fetched(&["--dry-run"]);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert!(said.contains("acme/web") && said.contains("acme/api") && said.contains("point"), "{said}");
    assert!((1..=2).contains(&scene.server.requests()), "{} requests", scene.server.requests());
    assert!(scene.server.points() <= 2);
    assert!(!scene.place.path("data/deployments").exists() && !scene.place.path("data/coverage.json").exists());
}

#[test]
fn an_enterprise_server_is_asked_at_its_own_path_and_without_limits() {
    let scene = Scene::repos(World::of([small("acme/web")]), &["acme/web"]);
    scene.server.state(|state| state.limit = 0);
    scene.configure(&format!("{}/api/v3", scene.server.url()), "repos = [\"acme/web\"]");
    scene.fetched(&[]);
    assert!(scene.server.log().iter().all(|request| request.path == "/api/graphql"), "not /api/v3/graphql");
    scene.is_as_imported(MARCH);
}

#[test]
fn what_github_asks_of_every_request_is_sent() {
    let scene = Scene::repos(World::of([small("acme/web")]), &["acme/web"]);
    scene.fetched(&[]);
    for request in scene.server.log() {
        let header = |name: &str| request.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
        assert!(header("user-agent").is_some_and(|agent| agent.starts_with("dora-report")), "{:?}", request.headers);
        let names: Vec<&str> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert!((1..names.len()).all(|at| !names[..at].contains(&names[at])), "each header once: {names:?}");
        assert_eq!(request.credentials, super::server::Credentials::Right);
        assert_eq!(request.method, "POST");
        assert!(request.weight.largest_page <= 100);
    }
}
